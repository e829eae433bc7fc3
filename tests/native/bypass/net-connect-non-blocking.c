/* trick: connect that does not wait, looked after later
 * act: connect
 * attack: T1071
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"
#include <poll.h>

int main(void) {
  struct sockaddr_in peer = ipv4(FORBIDDEN);
  int s = new_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (connect(s, (void *)&peer, sizeof peer) && errno != EINPROGRESS) refused(errno);
  poll(&(struct pollfd){s, POLLOUT, 0}, 1, 500);
  reached(connect(s, (void *)&peer, sizeof peer));
}
