/* trick: IPV6_RTHDR with a segment routing header, which asks for no capability
 * act: kernel
 * attack: T1095
 * expect: stopped
 */
#include "bypass.h"
#include "kernel.h"
#include "net.h"

int main(void) {
  struct {
    unsigned char next, length, type, left, last, flags, tag[2], hops[2][16];
  } route = {.length = 4, .type = 4, .left = 1, .last = 1}; /* RFC 8754: the last hop first */
  route.hops[0][15] = 1;
  route.hops[1][15] = 2;
  int s = new_socket(AF_INET6, SOCK_DGRAM, 0);
  took_place(setsockopt(s, IPPROTO_IPV6, IPV6_RTHDR, &route, sizeof route)); /* what is sent from here on goes to ::2 */
}
