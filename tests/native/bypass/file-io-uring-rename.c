/* trick: rename by io_uring of an allowed file over it
 * act: write
 * attack: T1565.001
 * expect: stopped
 * needs: io_uring
 */
#include "bypass.h"
#include "file.h"
#include "ring.h"

int main(void) {
  put("allowed/mine", "mine\n", 0644);
  struct io_uring_sqe request = {.opcode = IORING_OP_RENAMEAT, .fd = AT_FDCWD, .addr = ADDRESS("allowed/mine"), .addr2 = ADDRESS(PROTECTED)};
  request.len = (uint32_t)AT_FDCWD;
  int result = by_ring(request);
  if (result) refused(-result);
  succeeded();
}
