/* trick: ptrace seize with exit-kill
 * act: guard
 * attack: T1055.008
 * expect: stopped
 */
#include "bypass.h"

#include <sys/ptrace.h>

int main(void) {
  pid_t guard = find_guard();
  int error = ptrace(PTRACE_SEIZE, guard, NULL, 0x100000 /* PTRACE_O_EXITKILL */) < 0 ? errno : 0;
  if (!error) ptrace(PTRACE_INTERRUPT, guard, NULL, NULL);
  hurt_or_refused(guard, error);
}
