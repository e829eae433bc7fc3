/* trick: ioprio_set for everybody of this user
 * act: guard
 * attack: T1562.001
 * expect: stopped
 * needs: root
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  int error = syscall(SYS_ioprio_set, 3 /* IOPRIO_WHO_USER */, 0, 3 << 13) ? errno : 0; /* also when others were out of reach */
  if (syscall(SYS_ioprio_get, 1 /* IOPRIO_WHO_PROCESS */, guard) == 3 << 13) succeeded();
  refused(error);
}
