/* trick: through /proc/PID/root and cwd of the guard
 * act: guard
 * attack: T1611
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  char path[64];
  pid_t guard = find_guard();
  snprintf(path, sizeof path, "/proc/%d/cwd/.", guard);
  if (open(path, O_RDONLY | O_DIRECTORY) < 0) refused(errno);
  leave_mark();
  succeeded();
}
