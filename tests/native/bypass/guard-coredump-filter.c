/* trick: /proc/PID/coredump_filter of the guard
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/coredump_filter", find_guard());
  int fd = open(path, O_WRONLY);
  if (fd < 0 || write(fd, "0xff", 4) < 0) refused(errno);
  succeeded();
}
