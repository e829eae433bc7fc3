/* failed_execs.c COUNT SCRIPT: so many children that call exec on a directory and on a file of no known format, as fast as
 * they can, and then run SCRIPT: what the kernel answers each time is what it answers without us. Prints how many did. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void child(char *last) {
  char *arguments[] = {last, NULL};
  for (int i = 0; i < 3; i++) {
    execve("/", arguments, environ);
    if (errno != EACCES) _exit(2);
    execve("nothing", arguments, environ);
    if (errno != ENOEXEC) _exit(3);
  }
  execve(last, arguments, environ);
  _exit(4);
}

int main(int argc, char **argv) {
  int well = 0, status;
  for (int i = 0; argc == 3 && i < atoi(argv[1]); i++) {
    pid_t pid = fork();
    if (pid == 0) child(argv[2]);
    if (waitpid(pid, &status, 0) != pid) return 1;
    if (status == 0) well++;
    else printf("%x\n", status);
  }
  printf("%d\n", well);
  return 0;
}
