/* trick: the pointer to the address is changed by another thread while the message is judged
 * act: connect
 * attack: T1095
 * expect: stopped
 * old: seen or outside because the address is read again only when the call has come back: who was not in time to change it back is killed, who was has won, and nobody is told
 */
#include "bypass.h"
#include "net.h"
#include "race.h"

static struct sockaddr_in allowed, forbidden;
static struct iovec data = {"x", 1};
static struct msghdr message = {.msg_namelen = sizeof allowed, .msg_iov = &data, .msg_iovlen = 1};

static void swap(void) {
  __atomic_store_n(&message.msg_name, (void *)&forbidden, __ATOMIC_SEQ_CST);
  stay();
  __atomic_store_n(&message.msg_name, (void *)&allowed, __ATOMIC_SEQ_CST);
  stay();
}

/* See net-race-sendto.c. */
int main(void) {
  allowed = ipv4(ALLOWED);
  forbidden = ipv4(FORBIDDEN);
  message.msg_name = &allowed;
  int s = new_socket(AF_INET, SOCK_DGRAM, 0), tries = 0, went = 0;
  race(swap);
  for (; tries < 100000 && once_more(); tries++) went += sendmsg(s, &message, 0) == 1;
  if (went == tries) succeeded();
  refused(0);
}
