/* trick: bind of a datagram socket
 * act: bind
 * attack: T1571
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in here = ipv4(TO_BIND);
  reached(bind(new_socket(AF_INET, SOCK_DGRAM, 0), (void *)&here, sizeof here));
}
