/* judge.h: from an act to its consequence for the caller. */
#ifndef OUTRIDER_JUDGE_H
#define OUTRIDER_JUDGE_H
#include "caller.h"

/* True when the policy in force stops what it does not allow: then calls are carried out by us. */
bool enforcing(void);

/* Decides `act`, reports it where that is due, and answers the caller when it is stopped. True: go on. `argv`: of an
 * exec, else 0. */
bool judge(struct caller *caller, const struct act *act, const char *syscall, uint64_t argv);

/* Stops the call and says why, whatever policy and mode: what reaches for the defender itself. */
void refuse(struct caller *caller, const struct act *act, const char *syscall, const char *message);

#endif
