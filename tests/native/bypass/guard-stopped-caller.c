/* trick: the caller is stopped while its exec is decided, then goes on
 * act: exec
 * attack: T1499.004
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  for (int i = 0; i < 50 && !evil_ran(); i++) {
    pid_t child = fork();
    if (child == 0) {
      execve("/mnt/w/evil", no_arguments, environ);
      _exit(errno);
    }
    struct timespec moment = {0, i * 20000L};
    nanosleep(&moment, NULL);
    kill(child, SIGSTOP);
    nap(1);
    kill(child, SIGCONT);
    status_of(child);
  }
  if (evil_ran()) succeeded();
  refused(0);
}
