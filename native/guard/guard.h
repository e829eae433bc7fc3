/* guard.h: what the parts of the preloaded object have in common, the languages' hooks (python.c, node.c) included.
 *
 * The object decides the acts of the process it is loaded into, by itself and with raw system calls (../sys.h): hooks
 * run in signal handlers, in vfork children and while libc holds its locks. So nothing here allocates, locks or waits,
 * except where a comment says so. */
#ifndef OUTRIDER_FUNCTION_GUARD_H
#define OUTRIDER_FUNCTION_GUARD_H
#include "../state.h"
#include "../sys.h"
#include "../text.h"
#include "../verdict.h"

#define PATH_BYTES 4096u /* PATH_MAX */
#define EXPORT __attribute__((visibility("default")))

/* Decides and reports an act. 0: go on (allowed, or only alerted); else the errno to answer, EACCES.
 *
 * `act->program` may be NULL: this process's own. `call` names what was called, as "execve" or "exec (python)", and
 * lands in OR_T_SYSCALL; it must not be NULL. `message` (NULL: none) lands in OR_T_MESSAGE. Safe everywhere. */
int guard_act(struct act *act, const char *call, const char *message);

/* The page shared with the extension, or NULL when there is none. Its pages are writable by every guard. */
struct or_state *guard_state(void);

/* Real path of this process's program; "" if the kernel did not tell. */
const char *guard_program(void);

/* A variable of the environment this process was started with, or NULL. Whatever the program does to its environment
 * afterwards changes nothing here. */
const char *guard_setting(const char *name);

/* The address of a symbol as the first loaded object that has it defines it, our own object and its hooks passed over;
 * NULL when none does. To be used instead of dlsym(), which is one of the hooked functions. For the constructor and
 * the hooks; reads the loader's list of objects without its lock. */
void *guard_symbol(const char *name);

/* During the constructor only: a word for OR_T_FEATURES of the OR_START frame, as "python-hook". */
void guard_feature(const char *word);

/* Tells the extension that something of ours went wrong. */
void guard_trouble(const char *message);

/* The languages (python.c, node.c, attribution.c). Weak: the object works without them. */

/* Called once, at the end of the constructor, before the program's main(). */
void python_start(void) __attribute__((weak));
/* Where in the customer's code this act comes from, as "/var/task/app.py:12 handler", or NULL. Async-signal-safe. */
const char *attribution_of(const struct act *act) __attribute__((weak));
/* An open of a path below "/outrider/note/": true when it was a note for us; the caller is answered ENOENT. */
bool node_note(const char *path) __attribute__((weak));
#define NOTE_PREFIX "/outrider/note/"

#endif
