/* trick: connect
 * act: connect
 * attack: T1071
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in peer = ipv4(FORBIDDEN);
  connects(new_socket(AF_INET, SOCK_STREAM, 0), &peer, sizeof peer);
}
