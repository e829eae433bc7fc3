/* trick: datagram to a Unix socket, the path without its NUL, by sendmsg
 * act: connect
 * attack: T1559
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_un peer = {AF_UNIX, "protected/datagrams"};
  struct iovec data = {"x", 1};
  struct msghdr message = {.msg_name = &peer, .msg_namelen = sizeof(sa_family_t) + 19, .msg_iov = &data, .msg_iovlen = 1};
  memset(peer.sun_path + 19, 'z', sizeof peer.sun_path - 19);
  reached(sendmsg(new_socket(AF_UNIX, SOCK_DGRAM, 0), &message, 0));
}
