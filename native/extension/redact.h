/* redact.h: command lines are logged, and people put passwords into them. */
#ifndef OUTRIDER_REDACT_H
#define OUTRIDER_REDACT_H
#include <stddef.h>

#define ARGUMENT_BYTES 256u /* of one argument in a line */

enum redact_next { REDACT_NONE, REDACT_ALL, REDACT_PAIR }; /* what this argument says of the next one */

/* Copies one argument, cut and with what looks like a credential replaced by ***, into `out`, which takes
 * ARGUMENT_BYTES + 8. `*next`: REDACT_NONE before the first argument. Returns the length. */
size_t redact(const char *argument, size_t size, char *out, enum redact_next *next);

#endif
