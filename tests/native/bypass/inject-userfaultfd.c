/* trick: userfaultfd holds up whoever reads the caller's memory
 * act: inject
 * attack: T1068
 * expect: stopped
 * needs: userfaultfd
 */
#include "bypass.h"

int main(void) {
  long fd = syscall(SYS_userfaultfd, O_CLOEXEC | 1 /* UFFD_USER_MODE_ONLY */);
  if (fd < 0) fd = syscall(SYS_userfaultfd, O_CLOEXEC);
  if (fd < 0 && errno == ENOSYS) cannot(ENOSYS);
  if (fd < 0) refused(errno);
  leave_mark();
  succeeded();
}
