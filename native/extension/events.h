/* events.h: what is told, and how often. */
#ifndef OUTRIDER_EVENTS_H
#define OUTRIDER_EVENTS_H
#include "line.h"
#include "note.h"

/* From a datagram, or of our own making. Logs, counts, or keeps it as an act to learn. */
void events_take(const struct note *note);
void events_say(const struct note *note); /* a line for it, whatever was said before */
void events_datagram(const void *bytes, size_t size);
/* Logs how often what was told has happened since. */
void events_repeats(void);
/* Waiting for the name of a package, see distribution.h: one piece of that work. False: there is none left. */
bool events_idle(void);
void events_settle(uint64_t deadline); /* all of it, or until then (CLOCK_MONOTONIC, ns) */

/* "outrider.event/1", type and so on; and what every other line of ours begins with. */
void events_head(struct line *line, char *buffer, const char *schema);
/* One act of kind syscall by the function itself, seen by us: pid 0 is the runtime. */
void events_syscall(const char *name, uint8_t verdict, uint32_t rule, uint32_t pid, const char *program,
                    const char *message);
void events_trouble(const char *message);

uint64_t note_key(const struct note *note, bool with_arguments); /* what makes two acts identical */
void note_members(struct line *line, const struct note *note); /* kind, program, target, … as members of an act */
#endif
