/* trick: SIGKILL for the guard's process group
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  int error = kill(-getpgid(guard), SIGKILL) < 0 ? errno : 0;
  hurt_or_refused(guard, error);
}
