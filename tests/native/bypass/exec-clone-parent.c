/* trick: execve in a child that has no parent here: CLONE_PARENT, no signal
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  long child = syscall(SYS_clone, CLONE_PARENT, 0, 0, 0, 0);
  if (child == 0) {
    execve("/mnt/w/evil", no_arguments, environ);
    _exit(errno);
  }
  must(child, "clone");
  for (int i = 0; i < 50 && kill((pid_t)child, 0) == 0 && !exists("allowed/ran"); i++) nap(10);
  if (exists("allowed/ran")) succeeded();
  refused(EPERM);
}
