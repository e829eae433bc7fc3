/* trick: ptrace attach
 * act: guard
 * attack: T1055.008
 * expect: stopped
 */
#include "bypass.h"

#include <sys/ptrace.h>

int main(void) {
  pid_t guard = find_guard();
  int error = ptrace(PTRACE_ATTACH, guard, NULL, NULL) < 0 ? errno : 0;
  hurt_or_refused(guard, error);
}
