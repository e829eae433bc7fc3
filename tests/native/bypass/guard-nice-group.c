/* trick: setpriority for the guard's process group
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  if (setpriority(PRIO_PGRP, (id_t)getpgid(guard), 19) < 0) refused(errno);
  succeeded();
}
