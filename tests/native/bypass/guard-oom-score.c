/* trick: /proc/PID/oom_score_adj: the guard dies first when memory ends
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/oom_score_adj", find_guard());
  int fd = open(path, O_WRONLY);
  if (fd < 0 || write(fd, "1000", 4) < 0) refused(errno);
  succeeded();
}
