/* Opens for writing in a signal handler on the smallest stack that a program would use: an absolute path, and a relative one
 * through a link. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int absolute, relative;
static char path[4096];

static void handle(int signal) {
  (void)signal;
  absolute = open(path, O_WRONLY | O_CREAT, 0600);
  relative = open("./link/../file", O_WRONLY | O_CREAT, 0600);
}

int main(void) {
  stack_t stack = {.ss_sp = malloc(16384), .ss_size = 16384};
  struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};
  if (!getcwd(path, 4000)) return 1;
  symlink("/tmp", "link");
  for (char *end = path; ; end++)
    if (!*end) {
      end[0] = '/', end[1] = 'f', end[2] = 0;
      break;
    }
  sigaltstack(&stack, NULL);
  sigaction(SIGUSR1, &action, NULL);
  raise(SIGUSR1);
  printf("%s %s\n", absolute < 0 ? "refused" : "made", relative < 0 ? "refused" : "made");
  return 0;
}
