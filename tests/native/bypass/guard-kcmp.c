/* trick: kcmp compares descriptors with the guard's
 * act: guard
 * attack: T1057
 * expect: stopped
 * needs: kcmp
 */
#include "bypass.h"

int main(void) {
  char path[64];
  pid_t guard = find_guard();
  if (syscall(SYS_kcmp, getpid(), guard, 0 /* KCMP_FILE */, 1, 0) < 0) {
    if (errno == ENOSYS) cannot(ENOSYS);
    refused(errno);
  }
  (void)path;
  leave_mark();
  succeeded();
}
