/* trick: IP_OPTIONS with a source route: what is sent to an allowed peer goes to another first
 * act: kernel
 * attack: T1095
 * expect: stopped
 */
#include "bypass.h"
#include "kernel.h"
#include "net.h"

int main(void) {
  const unsigned char route[] = {0x83, 7, 4, 127, 0, 0, 2, 0}; /* loose: pointer at the first address, which is the next hop */
  struct sockaddr_in peer = ipv4(ALLOWED);
  int s = new_socket(AF_INET, SOCK_DGRAM, 0);
  if (setsockopt(s, IPPROTO_IP, IP_OPTIONS, route, sizeof route)) refused(errno);
  must(connect(s, (void *)&peer, sizeof peer), "connect");
  took_place(send(s, "x", 1, 0));
}
