/* trick: connect with 128 bytes of address, most of them nonsense
 * act: connect
 * attack: T1071
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  char address[128];
  memset(address, 0xa5, sizeof address);
  struct sockaddr_in peer = ipv4(FORBIDDEN);
  memcpy(address, &peer, 8);
  connects(new_socket(AF_INET, SOCK_STREAM, 0), address, sizeof address);
}
