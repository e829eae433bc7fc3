/* trick: setpriority: the guard is made nice
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  if (setpriority(PRIO_PROCESS, (id_t)guard, 19) < 0) refused(errno);
  succeeded();
}
