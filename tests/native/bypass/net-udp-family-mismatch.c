/* trick: sendto with an IPv4 address on an IPv6 socket
 * act: connect
 * attack: T1095
 * expect: stopped
 * needs: ipv6
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in peer = ipv4(FORBIDDEN);
  reached(sendto(new_socket(AF_INET6, SOCK_DGRAM, 0), "x", 1, 0, (void *)&peer, sizeof peer));
}
