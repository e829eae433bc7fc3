/* trick: /proc/PID/timerslack_ns: the guard wakes late
 * act: guard
 * attack: T1562.001
 * expect: stopped
 * needs: root
 */
#include "bypass.h"

int main(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/timerslack_ns", find_guard());
  int fd = open(path, O_WRONLY);
  if (fd < 0 || write(fd, "4000000000", 10) < 0) refused(errno);
  succeeded();
}
