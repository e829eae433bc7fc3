/* worker.h: the worker's loop, as those see it who want to be told of something. */
#ifndef OUTRIDER_WORKER_H
#define OUTRIDER_WORKER_H
#include <stdbool.h>
#include <stdint.h>

struct source { /* first member of whatever waits for a descriptor */
  void (*ready)(struct source *source, uint32_t events);
};

/* Watches edges: `source` must read or write until EAGAIN. */
bool worker_watch(int fd, uint32_t events, struct source *source);
bool worker_watch_for(int fd, uint32_t events, struct source *source); /* other events than up to now */
void worker_drain(void); /* takes what guards have sent so far */
void worker_policy(void); /* takes a newer policy, if the state tells of one */
void worker_restored(void); /* SnapStart: this is another environment now, from a snapshot of one */

#endif
