/* trick: the port is changed by another thread while the bind is judged
 * act: bind
 * attack: T1571
 * expect: stopped
 * old: seen or outside because the address is read again only when the call has come back: who was not in time to change it back is killed, who was has won, and nobody is told
 */
#include "bypass.h"
#include "net.h"
#include "race.h"

static struct sockaddr_in here;
static uint16_t allowed, forbidden;

static void swap(void) {
  __atomic_store_n(&here.sin_port, forbidden, __ATOMIC_SEQ_CST);
  stay();
  __atomic_store_n(&here.sin_port, allowed, __ATOMIC_SEQ_CST);
  stay();
}

int main(void) {
  here = ipv4(ALLOWED);
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1); /* on 127.0.0.1 there is somebody already */
  allowed = here.sin_port;
  forbidden = htons((uint16_t)TO_BIND);
  race(swap);
  while (once_more()) {
    struct sockaddr_in got;
    socklen_t size = sizeof got;
    int s = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
    bool took = !bind(s, (void *)&here, sizeof here) && !getsockname(s, (void *)&got, &size);
    if (took && got.sin_port == forbidden) reached(listen(s, 1));
    close(s);
  }
  refused(0);
}
