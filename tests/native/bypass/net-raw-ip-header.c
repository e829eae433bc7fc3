/* trick: raw socket with the IP header included
 * act: connect
 * attack: T1095
 * expect: stopped
 * needs: net_raw
 */
#include "bypass.h"
#include "net.h"
#include <netinet/ip.h>
#include <netinet/udp.h>

int main(void) {
  struct { struct iphdr ip; struct udphdr udp; char byte; } packet = {0};
  struct sockaddr_in peer = ipv4(0);
  packet.ip = (struct iphdr){.version = 4, .ihl = 5, .ttl = 9, .protocol = IPPROTO_UDP, .tot_len = htons(29)};
  packet.ip.saddr = packet.ip.daddr = htonl(INADDR_LOOPBACK);
  packet.udp.source = htons(12345);
  packet.udp.dest = htons((uint16_t)FORBIDDEN);
  packet.udp.len = htons(9);
  reached(sendto(new_socket(AF_INET, SOCK_RAW, IPPROTO_RAW), &packet, 29, 0, (void *)&peer, sizeof peer));
}
