/* trick: write by a child of vfork, its parent held up
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  volatile int fd = -1, error = 0;
  if (!vfork()) {
    fd = open(PROTECTED, O_WRONLY);
    error = errno;
    if (fd >= 0) write(fd, "changed\n", 8);
    _exit(0);
  }
  wait(NULL);
  errno = error;
  changed_if(fd);
}
