/* trick: datagram held back with MSG_MORE, addressed once, sent by a later call without an address
 * act: connect
 * attack: T1095
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in peer = ipv4(FORBIDDEN);
  int s = new_socket(AF_INET, SOCK_DGRAM, 0);
  if (sendto(s, "x", 1, MSG_MORE, (void *)&peer, sizeof peer) < 0) refused(errno);
  reached(send(s, "y", 1, 0));
}
