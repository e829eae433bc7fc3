/* trick: signals interrupt the exec while it is decided, again and again
 * act: exec
 * attack: T1499.004
 * expect: stopped
 */
#include "bypass.h"

#include <sys/time.h>

static void on_signal(int number) { (void)number; }

int main(void) {
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  for (int i = 0; i < 50 && !evil_ran(); i++) {
    pid_t child = fork();
    if (child == 0) {
      sigaction(SIGALRM, &action, NULL);
      struct itimerval often = {{0, 200}, {0, 200}};
      setitimer(ITIMER_REAL, &often, NULL);
      execve("/mnt/w/evil", no_arguments, environ);
      _exit(errno);
    }
    status_of(child);
  }
  if (evil_ran()) succeeded();
  refused(EPERM);
}
