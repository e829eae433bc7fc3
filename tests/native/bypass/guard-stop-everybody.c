/* trick: SIGSTOP for everybody: kill(-1)
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  int error = kill(-1, SIGSTOP) < 0 ? errno : 0;
  hurt_or_refused(guard, error);
}
