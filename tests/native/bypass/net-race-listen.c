/* trick: the descriptor that listen is called on is replaced by another thread while it is judged
 * act: bind
 * attack: T1571
 * expect: stopped
 * old: outside because the socket cannot be asked whether it was bound (no pidfd_getfd)
 */
#include "bypass.h"
#include "net.h"
#include "race.h"

static int bound, unbound;

static void swap(void) {
  dup2(unbound, 77);
  dup2(bound, 77);
}

int main(void) {
  struct sockaddr_in here = ipv4(ALLOWED), got;
  socklen_t size = sizeof got;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1); /* on 127.0.0.1 there is somebody already */
  bound = new_socket(AF_INET, SOCK_STREAM, 0);
  unbound = new_socket(AF_INET, SOCK_STREAM, 0);
  must(bind(bound, (void *)&here, sizeof here), "bind");
  must(dup2(bound, 77), "dup2");
  race(swap);
  while (once_more()) {
    listen(77, 1);
    must(getsockname(unbound, (void *)&got, &size), "getsockname");
    if (got.sin_port) succeeded();
  }
  refused(0);
}
