/* trick: connect by Multipath TCP
 * act: connect
 * attack: T1071
 * expect: stopped
 * needs: mptcp
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in peer = ipv4(FORBIDDEN);
  connects(new_socket(AF_INET, SOCK_STREAM, 262 /* IPPROTO_MPTCP */), &peer, sizeof peer);
}
