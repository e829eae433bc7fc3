/* trick: SIGKILL through a pidfd
 * act: guard
 * attack: T1562.001
 * expect: stopped
 * needs: pidfd
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  long pidfd = has(syscall(434 /* pidfd_open */, guard, 0));
  int error = pidfd < 0 || syscall(424 /* pidfd_send_signal */, pidfd, SIGKILL, NULL, 0) ? errno : 0;
  hurt_or_refused(guard, error);
}
