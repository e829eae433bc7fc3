/* attribution.h: which code of the customer's is acting, as "file:line function".
 *
 * Two sources. In Python the frames of the calling thread are read where they lie, at the moment somebody wants to
 * know: nothing is noted beforehand, so nothing can be stale, and what is allowed and not reported costs nothing. In
 * Node a script that is loaded first (layer/node/hook.js) says who is about to act.
 *
 * Bookkeeping, never an authority: it is the customer's code that is asked, and code can lie about its file's name. */
#ifndef OUTRIDER_ATTRIBUTION_H
#define OUTRIDER_ATTRIBUTION_H
#include <stdbool.h>
#include <stdint.h>

#include "../verdict.h"

#define ATTRIBUTION_BYTES 320u /* a longer one loses the beginning of its path; one such text a thread */

/* Of the act this thread is about to do; NULL: no code of the customer's, or not known. Valid until the next call on
 * this thread. No lock, no allocation, nothing of libc's: for hooks, signal handlers and children of vfork. */
const char *attribution(void);

/* As attribution(). What another thread does for Node's main thread (getaddrinfo, asynchronous opens), and a connect
 * that waited for a name, is found by the act's name, target or address. */
const char *attribution_of(const struct act *act);

/* Is the file `path` the customer's: not the language's own library, not Lambda's runtime? */
bool attribution_is_customers(const char *path);

/* The text of this thread's scope, ATTRIBUTION_BYTES: what Node's hook says holds until it takes it back. */
char *attribution_scope(bool open);

/* node.c */
/* For the open hook, which calls it for a path that begins with NODE_NOTE; true: swallowed, answer ENOENT. */
#define NODE_NOTE "/outrider/note/"
bool node_note(const char *path);
/* Looks `key` up among what was said of names, paths and addresses. False: nothing. */
bool node_find(const char *key, char out[ATTRIBUTION_BYTES]);

/* python.c */
/* For the guard's constructor; harmless without Python, and when called again once Python was loaded later. */
void python_start(void);
bool python_hooked(void); /* for the features of the start event */

/* Frames of Python, attribution.c: `minor` of version 3. False: an interpreter whose frames we do not know. */
bool frames_describe(unsigned minor, void *(*thread_state)(void), int (*line_of)(void *code, int offset),
                     int (*finalizing)(void));
/* With the GIL held, from code that Python called: `code`, `line` and the file's name are what the interpreter itself
 * says of the running frame. Frames are read from then on if our reading is the same. */
bool frames_verify(const void *code, int line, const char *file);
bool frames_verified(void);
/* This thread holds the GIL and is inside a hook that Python called: its frames may be read directly. */
void frames_trust(bool on);
/* The file name of the running frame's code into `out`; false: no frame, or not verified. */
bool frames_top(char *out, uint32_t size);
#endif
