/* trick: sched_setaffinity: on one processor, where the attacker spins
 * act: guard
 * attack: T1562.001
 * expect: stopped
 * needs: smp
 */
#include "bypass.h"

int main(void) {
  unsigned long set[16] = {0}, allowed[16] = {0};
  pid_t guard = find_guard();
  must(syscall(SYS_sched_getaffinity, 0, sizeof allowed, allowed), "affinity");
  set[0] = allowed[0] & -allowed[0];
  if (set[0] == allowed[0]) cannot("one processor only");
  if (syscall(SYS_sched_setaffinity, guard, sizeof set, set)) refused(errno);
  succeeded();
}
