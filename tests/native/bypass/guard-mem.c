/* trick: /proc/PID/mem of the guard is read
 * act: guard
 * attack: T1003.007
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  char path[64];
  pid_t guard = find_guard();
  snprintf(path, sizeof path, "/proc/%d/mem", guard);
  if (open(path, O_RDONLY) < 0) refused(errno);
  leave_mark();
  succeeded();
}
