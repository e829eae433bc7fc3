/* trick: SIGKILL through a descriptor of /proc/PID, by a child that has only that
 * act: guard
 * attack: T1562.001
 * expect: stopped
 * needs: pidfd
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  char path[64];
  snprintf(path, sizeof path, "/proc/%d", guard);
  int fd = (int)must(open(path, O_RDONLY | O_DIRECTORY), path);
  pid_t child = fork();
  if (child == 0) {
    for (int i = 0; i < 2; i++) dup2(fd, 50 + i);
    _exit(syscall(424 /* pidfd_send_signal */, 51, SIGKILL, NULL, 0) ? errno : 0);
  }
  int error = WEXITSTATUS(status_of(child));
  if (error == ENOSYS) cannot(ENOSYS);
  hurt_or_refused(guard, error);
}
