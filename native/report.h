/* report.h: events, from an act to frames on their way to the agent (wire.h). */
#ifndef OUTRIDER_REPORT_H
#define OUTRIDER_REPORT_H
#include "caller.h"

/* One act as decided. `message` may be NULL; `argv` is the caller's pointer for an exec, else 0. */
struct report {
  const struct act *act;
  struct decision decision;
  const char *syscall;
  uint32_t error; /* positive errno the caller is answered, 0: none of ours */
  const char *message;
  uint64_t argv;
};

/* Tells the agent, or counts when the same was told before. Waits for nobody, but 2 ms at most when an act was stopped. */
void report_act(struct caller *caller, const struct report *report);

/* The same of a process that nobody's call was about: the caller is itself. */
void report_foreign(struct caller *caller, const struct act *act, struct decision decision, const char *message);

/* Frames that are no acts. `error` NULL: the policy in force was taken; else why one was refused. */
void report_start(const char *trouble);
void report_policy(const char *error);
void report_switch(const char *error); /* likewise, of the fleet's switch (alert_only.h) */
void report_trouble(const char *message);
void report_counters(void); /* what was dropped, when no later frame said so */

struct frame;
/* The ancestors of a process as fields; `parent_too`: its parent's pid as well. */
void report_ancestors(struct frame *frame, int32_t process, bool parent_too);

/* keeper's side: what waits to be sent, as one run of bytes; how much of it went; what the agent has safe. */
size_t ring_unsent(uint8_t *buffer, size_t size);
void ring_sent(size_t bytes);
void ring_acknowledge(uint64_t seq);
void ring_rewind(void);      /* after a reconnect: whatever is not acknowledged goes again */
bool report_repeats(void);   /* frames for what was counted since last time; false: nothing was */
size_t hello_frame(uint8_t *buffer, size_t size);
void report_recover(void);   /* the twin takes over: leave no lock held */

#endif
