/* decide.h: the policy, for what the extension itself decides: events, and who may register. */
#ifndef OUTRIDER_DECIDE_H
#define OUTRIDER_DECIDE_H
#include "verdict.h"

void decide_start(void); /* looks for it as the wrapper does; says so when what it finds is wrong */
bool decide_refresh(void); /* takes a newer one that the state tells of. True: it did */
const struct or_policy_header *decide_policy(void); /* NULL: there is none, and everything is allowed */
struct decision decide(enum or_kind kind, const char *program, const char *target);
struct decision decide_beyond_limit(void);        /* an event larger or deeper than the policy in force takes */

#endif
