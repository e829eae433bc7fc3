/* trick: sendmsg with MSG_FASTOPEN by IPv6 to a mapped address
 * act: connect
 * attack: T1071
 * expect: stopped
 * needs: tcp_fastopen ipv6
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in6 peer = mapped(FORBIDDEN);
  struct iovec data = {"x", 1};
  struct msghdr message = {.msg_name = &peer, .msg_namelen = sizeof peer, .msg_iov = &data, .msg_iovlen = 1};
  long sent = sendmsg(new_socket(AF_INET6, SOCK_STREAM, 0), &message, MSG_FASTOPEN);
  if (sent < 0 && errno == EOPNOTSUPP) cannot(errno);
  reached(sent);
}
