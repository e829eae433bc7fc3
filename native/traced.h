/* traced.h: the second engine: ptrace(2) with SECCOMP_RET_TRACE, for kernels without user notification and for containers
 * in which somebody else has the one listener there can be. The same filter, the same handlers; only how a call is waited
 * for and answered is another. */
#ifndef OUTRIDER_TRACED_H
#define OUTRIDER_TRACED_H
#include "peer.h"

enum traced { /* guard->traced: why this engine; 0: notification */
  TRACED_AS_ASKED = 1,
  TRACED_LISTENER_TAKEN,
  TRACED_OLD_KERNEL,
};

/* What our filter returns as data: of others' filters in the same container no call is taken up. Plus 1: a foreign ABI. */
#define TRACED_DATA 0x0dd0u

/* What is lost with this engine, in words; NULL: it is not in use. */
const char *traced_why(void);

/* In the one thread that traces, which becomes that. Ends the process when the application cannot be traced. */
_Noreturn void traced_run(void);
/* Nobody is left. */
bool traced_is_over(void);

/* Answers of the call in hand. */
void traced_answer(int64_t value);
void traced_go_on(void);

/* The call in hand goes on in the kernel, and is looked at when it has come back; what is then found to be stopped by the
 * policy has its process killed. When there are too many of them it is answered EAGAIN. */
void traced_open(struct caller *caller, const char *name, uint8_t kind, const struct place *place);
/* Before that: it goes on as an open without O_TRUNC, which was seen to. */
void traced_without_truncation(void);
/* `socket`: a duplicate, or -1; the callee's from here on. */
void traced_peer(struct caller *caller, const char *name, const struct peer *peer, uint64_t address, int socket);

#endif
