/* trick: sendto with MSG_FASTOPEN: connects and sends in one call
 * act: connect
 * attack: T1071
 * expect: stopped
 * needs: tcp_fastopen
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in peer = ipv4(FORBIDDEN);
  long sent = sendto(new_socket(AF_INET, SOCK_STREAM, 0), "x", 1, MSG_FASTOPEN, (void *)&peer, sizeof peer);
  if (sent < 0 && errno == EOPNOTSUPP) cannot(errno); /* net.ipv4.tcp_fastopen */
  reached(sent);
}
