/* trick: sendmmsg whose second message goes to the forbidden peer
 * act: connect
 * attack: T1095
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in allowed = ipv4(ALLOWED), peer = ipv4(FORBIDDEN);
  struct iovec data = {"x", 1};
  struct mmsghdr messages[2] = {{.msg_hdr = {.msg_name = &allowed, .msg_namelen = sizeof allowed, .msg_iov = &data, .msg_iovlen = 1}},
                                {.msg_hdr = {.msg_name = &peer, .msg_namelen = sizeof peer, .msg_iov = &data, .msg_iovlen = 1}}};
  long sent = syscall(SYS_sendmmsg, new_socket(AF_INET, SOCK_DGRAM, 0), messages, 2, 0);
  if (sent == 2) succeeded();
  refused(sent < 0 ? errno : EPERM);
}
