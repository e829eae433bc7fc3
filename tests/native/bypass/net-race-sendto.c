/* trick: the port is changed by another thread while the datagram is judged
 * act: connect
 * attack: T1095
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

/* The sender does not learn which of the two it was: whether the forbidden one got something is the harness's to say. */
int main(void) {
  peer = ipv4(ALLOWED);
  allowed = peer.sin_port;
  forbidden = htons((uint16_t)FORBIDDEN);
  int s = new_socket(AF_INET, SOCK_DGRAM, 0), tries = 0, went = 0;
  race(swap);
  for (; tries < 100000 && once_more(); tries++) went += sendto(s, "x", 1, 0, (void *)&peer, sizeof peer) == 1;
  if (went == tries) succeeded();
  refused(0);
}
