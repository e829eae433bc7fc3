/* trick: linkat of a read-only descriptor with AT_EMPTY_PATH, then a write through it
 * act: write
 * attack: T1565.001
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  int fd = open(PROTECTED, O_RDONLY);
  must(fd, "open");
  if (linkat(fd, "", AT_FDCWD, "allowed/same", AT_EMPTY_PATH)) refused(errno);
  scribble(open("allowed/same", O_WRONLY));
}
