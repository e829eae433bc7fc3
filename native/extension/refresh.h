/* refresh.h: a newer policy from SSM or S3 (OUTRIDER_POLICY_SOURCE), asked for every OUTRIDER_POLL_SECONDS.
 *
 * Nothing here blocks or grows the worker: a child asks AWS and hands the answer back through a pipe. One child at a
 * time; it has REFRESH_SECONDS, counted while the environment is not frozen, and a policy's size. */
#ifndef OUTRIDER_REFRESH_H
#define OUTRIDER_REFRESH_H
#include "state.h"

#define REFRESH_SECONDS 10 /* a role or a network that does not allow it must not keep a child alive */
#define REFRESH_POLL_SECONDS 60

/* From the worker's loop, at least about once a second while the environment runs, at any moment: it never waits. When
 * a policy came that is newer than the one in force, and verifies, it is in $OUTRIDER_DIR/policy.<generation> and
 * state->policy_generation says so. A message when a policy was refused or was not to be had, and that was not told
 * just before; good until the next call; else NULL. */
const char *refresh_tick(struct or_state *state);

/* Ends a child under way, at SHUTDOWN. */
void refresh_stop(void);

#endif
