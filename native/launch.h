/* launch.h: what the launching process's files share. */
#ifndef OUTRIDER_LAUNCH_H
#define OUTRIDER_LAUNCH_H
#include <stdint.h>

/* Until the child that is being started has come so far in guard->step. -ESRCH: it has ended; -ETIMEDOUT. */
long launch_wait(uint32_t step, int32_t child);

#endif
