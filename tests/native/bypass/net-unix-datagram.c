/* trick: datagram to a Unix socket
 * act: connect
 * attack: T1559
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_un peer = {AF_UNIX, "protected/datagrams"};
  reached(sendto(new_socket(AF_UNIX, SOCK_DGRAM, 0), "x", 1, 0, (void *)&peer, sizeof peer));
}
