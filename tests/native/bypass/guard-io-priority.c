/* trick: ioprio_set: the guard reads and writes last
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  if (syscall(SYS_ioprio_set, 1 /* IOPRIO_WHO_PROCESS */, guard, 3 << 13) < 0) refused(errno);
  succeeded();
}
