/* held.h: sockets that the supervisor made itself, where it may not ask for a duplicate of the caller's. */
#ifndef OUTRIDER_HELD_H
#define OUTRIDER_HELD_H
#include <linux/filter.h>

#include "caller.h"

#define HELD_FILTER 5 /* instructions */
#define NOT_HELD (-ENOKEY) /* a descriptor of the caller that we have no duplicate of */
#define NOT_HELD_WHY "cannot be verified: this socket was not made under supervision, and SYS_PTRACE is missing"

/* Goes before the rest of the filter: every socket(2) is trapped. Its length. */
unsigned held_filter(struct sock_filter out[HELD_FILTER]);

/* A duplicate of the caller's socket `number`; NOT_HELD, or another -errno. */
int held_duplicate(struct caller *caller, int number);

/* `socket`, a duplicate, is connected: when that can happen to it only once, it is no longer held. */
void held_connected(int socket);

/* Its socket was let go of as a stream that is connected: connect(2) has its answer, EISCONN. */
bool held_was_connected(struct caller *caller, int number);

/* Lets go of what nobody else has open any more. True: something is held, look again after HELD_LOOK_MS. */
#define HELD_LOOK_MS 250
bool held_look(uint64_t now);
void held_take_over(void); /* in a twin made late: the descriptors were its predecessor's, and a lock may have been held */
void held_look_now(void); /* whatever the time: somebody wants a port that a closed socket may still have */

#endif
