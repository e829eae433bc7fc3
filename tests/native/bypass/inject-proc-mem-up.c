/* trick: a child writes to the memory of its parent by /proc
 * act: inject
 * attack: T1055.009
 * expect: stopped
 */
#include "bypass.h"

static volatile int changed;

int main(void) {
  pid_t child = fork();
  if (child == 0) {
    char path[64];
    int one = 1;
    snprintf(path, sizeof path, "/proc/%d/mem", getppid());
    int fd = open(path, O_WRONLY);
    _exit(fd < 0 || pwrite(fd, &one, sizeof one, (off_t)(uintptr_t)&changed) != sizeof one ? errno : 0);
  }
  int status = status_of(child);
  if (changed) {
    leave_mark();
    succeeded();
  }
  refused(WEXITSTATUS(status));
}
