/* trick: SIGKILL by tgkill
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  int error = syscall(SYS_tgkill, guard, guard, SIGKILL) < 0 ? errno : 0;
  hurt_or_refused(guard, error);
}
