/* log.h: standard output, which Lambda reads. It may be slow, and the proxy must never wait for it: lines queue up in
 * shared memory and go out in pieces a pipe takes at once. What finds no room is counted. */
#ifndef OUTRIDER_LOG_H
#define OUTRIDER_LOG_H
#include <stdbool.h>

#include "line.h"

/* A line with its newline. False: it did not fit (or was cut), and shared->lines_lost says so. */
bool log_line(const struct line *line);
bool log_pending(void);
void log_flush(uint64_t deadline); /* what goes without waiting; with a deadline (CLOCK_MONOTONIC, ns) all until then */

#endif
