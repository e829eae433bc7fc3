/* trick: connect by io_uring
 * act: connect
 * attack: T1071
 * expect: stopped
 * needs: io_uring
 */
#include "bypass.h"
#include "net.h"
#include "ring.h"

int main(void) {
  struct sockaddr_in peer = ipv4(FORBIDDEN);
  int s = new_socket(AF_INET, SOCK_STREAM, 0);
  int result = by_ring((struct io_uring_sqe){.opcode = IORING_OP_CONNECT, .fd = s, .addr = ADDRESS(&peer), .off = sizeof peer});
  if (result) refused(-result);
  succeeded();
}
