/* trick: datagram on a connected socket
 * act: connect
 * attack: T1095
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in peer = ipv4(FORBIDDEN);
  int s = new_socket(AF_INET, SOCK_DGRAM, 0);
  if (connect(s, (void *)&peer, sizeof peer)) refused(errno);
  reached(send(s, "x", 1, 0));
}
