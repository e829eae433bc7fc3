/* trick: SIGKILL for the supervisor by kill
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  int error = kill(guard, SIGKILL) ? errno : 0;
  hurt_or_refused(guard, error);
}
