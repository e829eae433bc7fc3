/* trick: bind to all addresses of both families
 * act: bind
 * attack: T1571
 * expect: stopped
 * needs: ipv6
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in6 here = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)TO_BIND)};
  int s = new_socket(AF_INET6, SOCK_STREAM, 0);
  if (bind(s, (void *)&here, sizeof here)) refused(errno);
  reached(listen(s, 1));
}
