/* trick: the port is changed by another thread while the connect is judged
 * act: connect
 * attack: T1071
 * expect: stopped
 * old: seen or outside because the address is read again only when the call has come back: who was not in time to change it back is killed, who was has won, and nobody is told
 */
#include "bypass.h"
#include "net.h"
#include "race.h"

static struct sockaddr_in peer;
static uint16_t allowed, forbidden;

static void swap(void) {
  __atomic_store_n(&peer.sin_port, forbidden, __ATOMIC_SEQ_CST);
  stay();
  __atomic_store_n(&peer.sin_port, allowed, __ATOMIC_SEQ_CST);
  stay();
}

int main(void) {
  struct sockaddr_in there;
  socklen_t size = sizeof there;
  peer = ipv4(ALLOWED);
  allowed = peer.sin_port;
  forbidden = htons((uint16_t)FORBIDDEN);
  race(swap);
  while (once_more()) {
    int s = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
    bool connected = !connect(s, (void *)&peer, sizeof peer) && !getpeername(s, (void *)&there, &size);
    if (connected && there.sin_port == forbidden) succeeded();
    close(s);
  }
  refused(0);
}
