/* trick: the caller is killed while its exec is decided, 100 times
 * act: exec
 * attack: T1499.004
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  for (int i = 0; i < 100 && !evil_ran(); i++) {
    pid_t child = fork();
    if (child == 0) {
      execve("/mnt/w/evil", no_arguments, environ);
      _exit(errno);
    }
    struct timespec moment = {0, i * 20000L};
    nanosleep(&moment, NULL);
    kill(child, SIGKILL);
    status_of(child);
  }
  if (evil_ran()) succeeded();
  refused(0);
}
