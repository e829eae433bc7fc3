/* probe.h: what this kernel and this container permit. Everything newer than Linux 5.10 is used only when a probe
 * shows it. */
#ifndef OUTRIDER_PROBE_H
#define OUTRIDER_PROBE_H
#include <stdint.h>

#include "text.h"

/* What can be found out before there is a listener. Bits of enum feature. */
uint32_t probe_host(void);

/* What only a listener tells (SYNC_WAKE_UP is switched on by asking). */
uint32_t probe_listener(int listener);

void feature_names(uint32_t features, struct text *out);

/* `outrider-run probe`: JSON on standard output. Installs the real filter in a child. Exit status. */
int probe_print(void);

#endif
