/* relay.h: the third engine's own process. What is decided is decided by the preloaded guard (guard/), in the application's own
 * processes. The relay hands each of them, as it starts, what it decides by, and passes on to the agent what they tell.
 *
 * It meets them at two abstract Unix sockets of one name, a stream and a datagram socket: no directory of a container is
 * sure to be there, to be writable and to be open to every user, and a descriptor that is inherited is closed by the next
 * daemon. The name is random and made before the application starts; who is at the other end the kernel tells by pid.
 *
 * By the stream socket each gets three descriptors and is done: the page of state.h (sealed: only the relay writes it), a
 * page of counters, which all write, and the policy, checked and verified (sealed). */
#ifndef OUTRIDER_RELAY_H
#define OUTRIDER_RELAY_H
#include "guard.h"

#define RELAY_PREFIX "outrider-" /* and the instance in hex: the name of the sockets, and of what is handed out */

bool relay_open(void);
/* Whether this container lets one be made. For the probe, which cannot know whether there will be a guard to preload. */
bool relay_can_be(void);
/* The policy in force has changed. */
void relay_publish(void);
int relay_events(void);   /* to be watched: relay_take() */
int relay_requests(void); /* to be watched: relay_hand_out() */
int relay_first(void);    /* pidfd of the application's first process, to be watched once: relay_first_ended() */
void relay_first_ended(void);
void relay_take(void);
void relay_hand_out(void);
/* Every time round. True: the application has ended, and all it left behind. */
bool relay_tend(uint64_t now);
bool relay_is_leaving(void); /* and looks again after so many ms whether nobody is there */
#define RELAY_AGAIN_MS 100

#endif
