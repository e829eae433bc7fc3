/* look.h: looking into processes of other users without CAP_SYS_PTRACE. */
#ifndef OUTRIDER_LOOK_H
#define OUTRIDER_LOOK_H
#include "guard.h"

/* Between the two this thread is, for /proc, of the user of `tid`. False, and nothing to end: that is not needed. */
bool look_begin(int32_t tid);
void look_end(bool begun);

/* ptrace(PTRACE_SEIZE) with PTRACE_O_TRACEEXEC and PTRACE_O_EXITKILL, as its user where that is needed; 0 or -errno. */
long look_seize(int32_t tid);

/* A process about to change its user is closed to us until its next exec: what we may need of it is opened before. */
enum kept { KEPT_MEMORY, KEPT_PROGRAM, KEPT_DIRECTORY, KEPT_ROOT, KEPT };
void look_keep(int32_t process);
/* A duplicate of what was kept of it, while it has not run another program; or -EACCES. */
int look_kept(int32_t process, enum kept which);

void look_take_over(void); /* as held_take_over() */

/* It could not be looked into: told once. */
void look_refused(void);

#endif
