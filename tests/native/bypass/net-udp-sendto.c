/* trick: sendto with an address
 * act: connect
 * attack: T1095
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in peer = ipv4(FORBIDDEN);
  reached(sendto(new_socket(AF_INET, SOCK_DGRAM, 0), "x", 1, 0, (void *)&peer, sizeof peer));
}
