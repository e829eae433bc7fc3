/* trick: the guard's descriptors are listed and opened through /proc/PID/fd
 * act: guard
 * attack: T1003.007
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  char path[64];
  pid_t guard = find_guard();
  snprintf(path, sizeof path, "/proc/%d/fd", guard);
  DIR *all = opendir(path);
  if (!all) refused(errno);
  if (!readdir(all) || openat(dirfd(all), "0", O_RDONLY) < 0) refused(errno);
  leave_mark();
  succeeded();
}
