/* trick: connect on a socket that another process made and passed over
 * act: connect
 * attack: T1071
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in peer = ipv4(FORBIDDEN);
  int pair[2], s = -1;
  char byte = 0;
  union { struct cmsghdr header; char room[CMSG_SPACE(sizeof(int))]; } control = {.header.cmsg_len = CMSG_LEN(sizeof(int))};
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
  if (!fork()) {
    int made = socket(AF_INET, SOCK_STREAM, 0);
    memcpy(CMSG_DATA(&control.header), &made, sizeof made);
    sendmsg(pair[1], &message, 0);
    _exit(0);
  }
  must(recvmsg(pair[0], &message, 0), "recvmsg");
  memcpy(&s, CMSG_DATA(&control.header), sizeof s);
  connects(s, &peer, sizeof peer);
}
