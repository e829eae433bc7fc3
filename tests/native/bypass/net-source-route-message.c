/* trick: a source route as control data of a message without an address
 * act: kernel
 * attack: T1095
 * expect: stopped
 */
#include "bypass.h"
#include "kernel.h"
#include "net.h"

int main(void) {
  const unsigned char route[] = {0x83, 7, 4, 127, 0, 0, 2, 0};
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof route)] = {0};
  struct sockaddr_in peer = ipv4(ALLOWED);
  struct iovec v = {"x", 1};
  struct msghdr message = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *c = CMSG_FIRSTHDR(&message);
  *c = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof route), .cmsg_level = IPPROTO_IP, .cmsg_type = IP_RETOPTS};
  memcpy(CMSG_DATA(c), route, sizeof route);
  int s = new_socket(AF_INET, SOCK_DGRAM, 0);
  must(connect(s, (void *)&peer, sizeof peer), "connect");
  took_place(sendmsg(s, &message, 0));
}
