/* trick: setpriority for everybody of this user
 * act: guard
 * attack: T1562.001
 * expect: stopped
 * needs: root
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  int error = setpriority(PRIO_USER, 0, 19) ? errno : 0; /* also when others were out of reach */
  if (getpriority(PRIO_PROCESS, (id_t)guard) == 19) succeeded();
  refused(error);
}
