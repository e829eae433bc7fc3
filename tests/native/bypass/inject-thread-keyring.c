/* trick: keyctl puts something into the session's keyring, which other processes share
 * act: kernel
 * attack: T1055
 * expect: stopped
 * needs: keyrings
 */
#include "bypass.h"

int main(void) {
  long ring = syscall(SYS_keyctl, 0 /* KEYCTL_GET_KEYRING_ID */, -3 /* session */, 1);
  if (ring < 0 && errno == ENOSYS) cannot(ENOSYS);
  if (ring < 0) refused(errno);
  leave_mark();
  succeeded();
}
