/* loaded.h: which files programs map to run code from: libraries, and what dlopen() brings later. */
#ifndef OUTRIDER_LOADED_H
#define OUTRIDER_LOADED_H
#include "guard.h"

/* A process has just become, or is becoming, another program. Any thread; never waits. */
void loaded_expect(int32_t process);

/* The keeper's: looks at what is due. When it wants to be asked again, CLOCK_MONOTONIC; UINT64_MAX: not before the next
 * loaded_expect(). */
uint64_t loaded_look(uint64_t now);

#endif
