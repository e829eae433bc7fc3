/* trick: the guard is moved to a control group that is frozen
 * act: guard
 * attack: T1562.001
 * expect: stopped
 * needs: root
 */
#include "bypass.h"

int main(void) {
  char text[32];
  pid_t guard = find_guard();
  if (mkdir("/sys/fs/cgroup/bypass-trick", 0755) && errno != EEXIST) {
    if (errno == EROFS || errno == ENOENT) cannot(errno);
    refused(errno);
  }
  int fd = open("/sys/fs/cgroup/bypass-trick/cgroup.procs", O_WRONLY), length = snprintf(text, sizeof text, "%d", guard);
  if (fd < 0 || write(fd, text, (size_t)length) < 0) refused(errno);
  succeeded();
}
