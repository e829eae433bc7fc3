/* trick: a lease's owner is signalled when the lease is broken
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  must(fcntl((int)must(open("allowed/leased", O_CREAT | O_RDONLY, 0644), "open"), F_GETFL), "flags");
  int fd = (int)must(open("allowed/leased", O_RDONLY), "open");
  int error = fcntl(fd, F_SETSIG, SIGKILL) ? errno : 0;
  if (fcntl(fd, F_SETLEASE, F_RDLCK)) error = errno;
  if (fcntl(fd, F_SETOWN, guard)) error = errno;
  if (error) refused(error); /* else it would be our own end */
  pid_t child = fork();
  if (child == 0) _exit(open("allowed/leased", O_WRONLY | O_NONBLOCK) < 0);
  status_of(child);
  hurt_or_refused(guard, error);
}
