/* filter.h: the seccomp filter, made from the table of traps.c. */
#ifndef OUTRIDER_FILTER_H
#define OUTRIDER_FILTER_H
#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

#define FILTER_MAX 1024 /* instructions; the kernel takes 4096 */

#define GUARDED_RANGES 3

struct pid_range {
  int32_t first, last;
};

/* Writes the program into `out`; its length. Calls aimed at pids of `ranges` are refused. `reads`: opens that only read
 * are trapped too. */
unsigned filter_build(struct sock_filter out[FILTER_MAX], const struct pid_range *ranges, unsigned range_count, bool reads);

/* The same filter for the engine that traces. */
void filter_for_tracer(struct sock_filter *code, unsigned length);

#endif
