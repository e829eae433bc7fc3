/* trick: SIGKILL through a descriptor of /proc/PID
 * act: guard
 * attack: T1562.001
 * expect: stopped
 * needs: pidfd
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  char path[64];
  snprintf(path, sizeof path, "/proc/%d", guard);
  int fd = (int)must(open(path, O_RDONLY | O_DIRECTORY), path);
  int error = has(syscall(424 /* pidfd_send_signal */, fd, SIGKILL, NULL, 0)) ? errno : 0;
  hurt_or_refused(guard, error);
}
