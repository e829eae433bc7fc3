/* trick: packet socket: a frame with a datagram in it
 * act: connect
 * attack: T1095
 * expect: stopped
 * needs: ipv6
 */
#include "bypass.h"
#include "net.h"
#include <linux/if_packet.h>
#include <net/if.h>

/* By IPv6, since an IPv4 packet from loopback to loopback that was not routed there is dropped. */
struct packet {
  uint8_t version[4];
  uint16_t size;
  uint8_t next, hops;
  struct in6_addr from, to;
  uint16_t source, port, length, checksum;
  uint8_t data[2];
};

static uint16_t checksum(const struct packet *packet) {
  uint16_t words[(sizeof *packet - 8) / 2];
  uint32_t sum = htons(IPPROTO_UDP) + packet->length;
  memcpy(words, &packet->from, sizeof words);
  for (unsigned i = 0; i < sizeof words / 2; i++) sum += words[i];
  while (sum >> 16) sum = (sum >> 16) + (sum & 0xffff);
  return (uint16_t)~sum;
}

int main(void) {
  struct packet packet = {.version = {0x60}, .size = htons(10), .next = IPPROTO_UDP, .hops = 9, .data = "xx"};
  packet.from = packet.to = (struct in6_addr)IN6ADDR_LOOPBACK_INIT;
  packet.source = htons(12345);
  packet.port = htons((uint16_t)FORBIDDEN);
  packet.length = htons(10);
  packet.checksum = checksum(&packet);
  int s = new_socket(AF_PACKET, SOCK_DGRAM, htons(0x86dd));
  struct sockaddr_ll link = {.sll_family = AF_PACKET, .sll_protocol = htons(0x86dd), .sll_ifindex = (int)if_nametoindex("lo"), .sll_halen = 6};
  reached(sendto(s, &packet, 50, 0, (void *)&link, sizeof link));
}
