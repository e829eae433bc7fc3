/* trick: kill with bits set above the 32 that the kernel takes a pid from
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  int error = syscall(SYS_kill, (long)guard | 0x7fff00000000L, SIGKILL) < 0 ? errno : 0;
  hurt_or_refused(guard, error);
}
