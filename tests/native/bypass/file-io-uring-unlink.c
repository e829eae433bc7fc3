/* trick: unlink by io_uring
 * act: write
 * attack: T1070.004
 * expect: stopped
 * needs: io_uring
 */
#include "bypass.h"
#include "file.h"
#include "ring.h"

int main(void) {
  int result = by_ring((struct io_uring_sqe){.opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = ADDRESS(PROTECTED)});
  if (result) refused(-result);
  succeeded();
}
