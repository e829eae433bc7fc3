/* trick: connect to an IPv4 address written as IPv6
 * act: connect
 * attack: T1071
 * expect: stopped
 * needs: ipv6
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in6 peer = mapped(FORBIDDEN);
  connects(new_socket(AF_INET6, SOCK_STREAM, 0), &peer, sizeof peer);
}
