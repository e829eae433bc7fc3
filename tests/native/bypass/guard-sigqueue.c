/* trick: SIGKILL by rt_sigqueueinfo
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  siginfo_t info = {.si_code = SI_QUEUE, .si_pid = getpid()};
  int error = syscall(SYS_rt_sigqueueinfo, guard, SIGKILL, &info) < 0 ? errno : 0;
  hurt_or_refused(guard, error);
}
