/* trick: sendmsg, the address in memory only
 * act: connect
 * attack: T1095
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in peer = ipv4(FORBIDDEN);
  struct iovec data = {"x", 1};
  struct msghdr message = {.msg_name = &peer, .msg_namelen = sizeof peer, .msg_iov = &data, .msg_iovlen = 1};
  reached(sendmsg(new_socket(AF_INET, SOCK_DGRAM, 0), &message, 0));
}
