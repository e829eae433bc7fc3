/* wrap.h: the parts of the exec wrapper. It is a short single-threaded program; what it allocates it never frees. */
#ifndef OUTRIDER_WRAP_H
#define OUTRIDER_WRAP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy_find.h"
#include "state.h"

#define EXIT_REFUSED 1
#define EXIT_WRONG_USAGE 2
#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND 127

/* environment.c: a copy of the environment, to be changed; the one we were given stays as it is. */
struct environment {
  char **entries; /* NULL at the end, always with room for ADDED more */
  size_t count;
};
#define ADDED 8

bool environment_copy(struct environment *environment, char **given);
/* False: no memory, or a name too many. */
bool environment_set(struct environment *environment, const char *name, const char *value);
void environment_remove(struct environment *environment, const char *name);
/* `first` + `between` + `second`; NULL: no memory. */
char *joined(const char *first, const char *between, const char *second);
/* Whether `list`, split at any of `separators`, has `word`. */
bool has_word(const char *list, const char *separators, const char *word);

/* elf.c: what will load the runtime's interpreter, read from its file. */
#define GLIBC_MINOR "26" /* guard.so needs nothing newer than glibc 2.26, and nothing older will do */

/* NULL: it is a program that glibc >= 2.26 of this architecture loads, so guard.so can go into it. Else why not. */
const char *loader_trouble(const char *program);
/* As execvp(3) finds it; false: there is no such program. */
bool find_program(const char *name, char **environment, char found[POLICY_PATH_BYTES]);

/* state_page.c */
/* The page the extension shares; NULL: there is none that can be believed. */
struct or_state *state_map(char **environment);
/* Whether the proxy takes connections now. Waits for a fraction of a second at most. */
bool proxy_answers(uint32_t port);

/* supervise.c: the task's supervisor on top of the guard, should a sandbox allow it. */
/* Whether `policy` decides only what the supervisor can decide too. */
bool supervisor_can_decide(const uint8_t *policy);
/* Asks in a child, which the sandbox may kill for asking. */
bool listener_is_allowed(void);

/* say.c: one line on standard error, outrider.event/1. */
void say(char **environment, const char *what, const char *which, const char *then);

#endif
