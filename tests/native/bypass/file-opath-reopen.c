/* trick: O_PATH descriptor, opened again for writing through /proc/self/fd
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  int fd = open(PROTECTED, O_PATH);
  must(fd, "open");
  scribble(open(by_fd(fd), O_WRONLY));
}
