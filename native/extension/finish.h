/* finish.h: what is told at the end of an environment, by the worker, or by the parent when there is none any more. */
#ifndef OUTRIDER_FINISH_H
#define OUTRIDER_FINISH_H
#include <stdint.h>

/* Repeats, acts, counters; then everything that waits for standard output, until `deadline` (CLOCK_MONOTONIC, ns). */
void finish_everything(uint64_t deadline);

#endif
