/* probe.h: what this kernel and this container permit. Everything newer than Linux 5.10 is used only when a probe
 * shows it. */
#ifndef OUTRIDER_PROBE_H
#define OUTRIDER_PROBE_H
#include <stdint.h>

#include "text.h"

/* What can be found out before there is a listener. Bits of enum feature. */
uint32_t probe_host(void);

/* What enforcement wants and the probes did not find; NULL: nothing. */
const char *probe_missing(uint32_t features);

/* What only a listener tells (SYNC_WAKE_UP is switched on by asking). */
uint32_t probe_listener(int listener);

void feature_names(uint32_t features, struct text *out);

/* The name of 1 << bit; NULL: there are no more. */
const char *feature_name(unsigned bit);

/* Whether a listener can be had, found out in a child that is then gone: 0, or the errno it got. `found`, in memory that
 * is shared with children, takes what only a listener tells. */
long probe_try_listener(_Atomic uint32_t *found);

/* probe_print.c: `outrider-run --probe`: one line of JSON on standard output, schema outrider.probe/1. Exit status. */
int probe_print(void);

#endif
