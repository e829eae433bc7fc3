/* trick: an allowed program in the caller's place, and the other in its child at the same moment
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  pid_t child = fork();
  if (child == 0) {
    for (int i = 0; i < 4; i++)
      if (fork() == 0) execve(i % 2 ? "/mnt/w/good" : "/mnt/w/evil", no_arguments, environ);
    execve("/mnt/w/good", no_arguments, environ);
    _exit(errno);
  }
  status_of(child);
  for (int i = 0; i < 20 && !evil_ran(); i++) nap(5);
  if (evil_ran()) succeeded();
  refused(EPERM);
}
