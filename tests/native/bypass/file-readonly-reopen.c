/* trick: read-only descriptor, opened again for writing through /proc/thread-self/fd
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  int fd = open(PROTECTED, O_RDONLY);
  if (fd < 0 || dup2(fd, 77) < 0) broken("open for reading");
  scribble(open("/proc/thread-self/fd/77", O_RDWR | O_APPEND));
}
