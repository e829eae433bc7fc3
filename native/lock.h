/* lock.h: a lock of one word: 0 free, 1 held, 2 held and somebody waits ("Futexes Are Tricky"). In memory of one process or
 * shared with the twins, who set it to 0 when they take over: its holder may have died. */
#ifndef OUTRIDER_LOCK_H
#define OUTRIDER_LOCK_H
#include "sys.h"

void lock_take(_Atomic uint32_t *lock);
void lock_release(_Atomic uint32_t *lock);

#endif
