/* trick: open and truncation by io_uring
 * act: write
 * attack: T1565.001
 * expect: stopped
 * needs: io_uring
 */
#include "bypass.h"
#include "file.h"
#include "ring.h"

int main(void) {
  int fd = by_ring((struct io_uring_sqe){.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = ADDRESS(PROTECTED), .open_flags = O_WRONLY | O_TRUNC});
  errno = -fd;
  scribble(fd);
}
