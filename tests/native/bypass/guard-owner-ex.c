/* trick: the same by F_SETOWN_EX, the thread
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  int ends[2];
  must(pipe(ends), "pipe");
  struct f_owner_ex owner = {F_OWNER_TID, guard};
  int error = fcntl(ends[0], F_SETOWN_EX, &owner) ? errno : 0;
  if (fcntl(ends[0], F_SETSIG, SIGKILL)) error = errno;
  fcntl(ends[0], F_SETFL, O_ASYNC | O_NONBLOCK);
  write(ends[1], "x", 1);
  hurt_or_refused(guard, error);
}
