/* judge.h: from an act to its consequence for the caller. */
#ifndef OUTRIDER_JUDGE_H
#define OUTRIDER_JUDGE_H
#include "arguments.h"
#include "programs.h"
#include "resolve.h"

/* True when the policy in force stops what it does not allow: then calls are carried out by us. */
bool enforcing(void);

/* Decides `act`, reports it where that is due, and answers the caller when it is stopped. True: go on. `argv`: of an
 * exec, else 0. */
bool judge(struct caller *caller, const struct act *act, const char *syscall, uint64_t argv);

/* True: the policy in force stops it, whatever its names. Reports and answers nothing. */
bool is_stopped(const struct act *act);

/* True: judge() would let this write go on, and tell nobody. Reports and answers nothing. */
bool passes_in_silence(const struct act *act);

/* The same of a file that is to be run with these arguments, which is hashed when the policy asks for it; `hash` says so then
 * (and is of nothing else: hash->sha256 is "" and hash->wrong NULL). */
bool judge_program(struct caller *caller, const struct place *place, struct program_hash *hash, struct arguments *arguments, const char *syscall, uint64_t argv);

/* Stops the call and says why, whatever policy and mode: what reaches for the defender itself. */
void refuse(struct caller *caller, const struct act *act, const char *syscall, const char *message);

#endif
