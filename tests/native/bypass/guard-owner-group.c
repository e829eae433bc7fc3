/* trick: the same, the process group
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  int ends[2];
  must(pipe(ends), "pipe");
  int error = fcntl(ends[0], F_SETOWN, -getpgid(guard)) ? errno : 0;
  if (fcntl(ends[0], F_SETSIG, SIGKILL)) error = errno;
  fcntl(ends[0], F_SETFL, O_ASYNC | O_NONBLOCK);
  write(ends[1], "x", 1);
  hurt_or_refused(guard, error);
}
