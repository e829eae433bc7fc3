/* trick: sched_setscheduler: only when nobody else wants to run
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  struct sched_param parameters = {0};
  if (syscall(SYS_sched_setscheduler, find_guard(), SCHED_IDLE, &parameters)) refused(errno);
  succeeded();
}
