/* trick: setns by the guard's pidfd
 * act: guard
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"

int main(void) {
  char path[64];
  pid_t guard = find_guard();
  long pidfd = has(syscall(434 /* pidfd_open */, guard, 0));
  if (pidfd < 0 || setns((int)pidfd, CLONE_NEWNET)) refused(errno);
  (void)path;
  leave_mark();
  succeeded();
}
