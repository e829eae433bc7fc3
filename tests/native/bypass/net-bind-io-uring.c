/* trick: bind and listen by io_uring
 * act: bind
 * attack: T1571
 * expect: stopped
 * needs: io_uring
 */
#include "bypass.h"
#include "net.h"
#include "ring.h"

int main(void) {
  struct sockaddr_in here = ipv4(TO_BIND);
  int s = new_socket(AF_INET, SOCK_STREAM, 0);
  int result = by_ring((struct io_uring_sqe){.opcode = 56 /* IORING_OP_BIND, Linux 6.11 */, .fd = s, .addr = ADDRESS(&here), .addr2 = sizeof here});
  if (result) refused(-result);
  reached(listen(s, 1));
}
