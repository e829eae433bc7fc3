/* trick: connect to 0.0.0.0, which is this machine
 * act: connect
 * attack: T1071
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in peer = ipv4(FORBIDDEN);
  peer.sin_addr.s_addr = 0;
  connects(new_socket(AF_INET, SOCK_STREAM, 0), &peer, sizeof peer);
}
