/* trick: extended attribute by io_uring
 * act: write
 * attack: T1222.002
 * expect: stopped
 * needs: io_uring root
 */
#include "bypass.h"
#include "file.h"
#include "ring.h"

int main(void) {
  struct io_uring_sqe request = {.opcode = IORING_OP_SETXATTR, .addr = ADDRESS("trusted.mine"), .addr2 = ADDRESS("x"), .len = 1};
  request.addr3 = ADDRESS(PROTECTED);
  int result = by_ring(request);
  if (result == -EOPNOTSUPP) cannot(EOPNOTSUPP);
  if (result) refused(-result);
  succeeded();
}
