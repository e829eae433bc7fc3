/* trick: raw socket: a datagram with headers of one's own
 * act: connect
 * attack: T1095
 * expect: stopped
 * needs: net_raw
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  uint16_t port = htons((uint16_t)FORBIDDEN), length = htons(9);
  unsigned char datagram[9] = {0x30, 0x39};
  struct sockaddr_in peer = ipv4(0);
  memcpy(datagram + 2, &port, 2);
  memcpy(datagram + 4, &length, 2); /* no checksum: IPv4 allows it */
  reached(sendto(new_socket(AF_INET, SOCK_RAW, IPPROTO_UDP), datagram, sizeof datagram, 0, (void *)&peer, sizeof peer));
}
