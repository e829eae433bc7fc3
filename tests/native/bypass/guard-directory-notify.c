/* trick: a directory's watcher is signalled when it changes: F_NOTIFY
 * act: guard
 * attack: T1562.001
 * expect: stopped
 * needs: dnotify
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  int fd = (int)must(open("allowed", O_RDONLY | O_DIRECTORY), "open");
  int error = fcntl(fd, F_SETSIG, SIGKILL) ? errno : 0;
  if (fcntl(fd, F_NOTIFY, DN_CREATE | DN_MULTISHOT)) error = errno;
  if (error == EINVAL) cannot(EINVAL);
  if (fcntl(fd, F_SETOWN, guard)) error = errno;
  if (error) refused(error); /* else it would be our own end */
  put("allowed/new", "", 0644);
  hurt_or_refused(guard, error);
}
