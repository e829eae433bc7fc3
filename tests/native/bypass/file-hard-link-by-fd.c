/* trick: linkat of /proc/self/fd/N with AT_SYMLINK_FOLLOW, then a write through it
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  int fd = open(PROTECTED, O_PATH);
  must(fd, "O_PATH");
  if (linkat(AT_FDCWD, by_fd(fd), AT_FDCWD, "allowed/same", AT_SYMLINK_FOLLOW)) refused(errno);
  scribble(open("allowed/same", O_WRONLY));
}
