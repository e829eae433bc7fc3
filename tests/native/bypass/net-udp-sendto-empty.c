/* trick: sendto of no bytes by IPv6
 * act: connect
 * attack: T1095
 * expect: stopped
 * needs: ipv6
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in6 peer = ipv6(FORBIDDEN);
  reached(sendto(new_socket(AF_INET6, SOCK_DGRAM, 0), NULL, 0, 0, (void *)&peer, sizeof peer));
}
