/* trick: sendmsg by io_uring
 * act: connect
 * attack: T1095
 * expect: stopped
 * needs: io_uring
 */
#include "bypass.h"
#include "net.h"
#include "ring.h"

int main(void) {
  struct sockaddr_in peer = ipv4(FORBIDDEN);
  struct iovec data = {"x", 1};
  struct msghdr message = {.msg_name = &peer, .msg_namelen = sizeof peer, .msg_iov = &data, .msg_iovlen = 1};
  int s = new_socket(AF_INET, SOCK_DGRAM, 0);
  int result = by_ring((struct io_uring_sqe){.opcode = IORING_OP_SENDMSG, .fd = s, .addr = ADDRESS(&message), .len = 1});
  if (result < 0) refused(-result);
  succeeded();
}
