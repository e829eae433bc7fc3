/* trick: /proc/PID/mem of the guard is opened for writing
 * act: guard
 * attack: T1055.009
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  char path[64];
  pid_t guard = find_guard();
  snprintf(path, sizeof path, "/proc/%d/mem", guard);
  if (open(path, O_RDWR) < 0) refused(errno);
  leave_mark();
  succeeded();
}
