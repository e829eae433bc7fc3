/* trick: sendto with an address on a socket connected to an allowed peer
 * act: connect
 * attack: T1095
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in allowed = ipv4(ALLOWED), peer = ipv4(FORBIDDEN);
  int s = new_socket(AF_INET, SOCK_DGRAM, 0);
  must(connect(s, (void *)&allowed, sizeof allowed), "connect");
  reached(sendto(s, "x", 1, 0, (void *)&peer, sizeof peer));
}
