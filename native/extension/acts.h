/* acts.h: what is learned, as lines of schema outrider.acts/1: the model rides in the function's log. */
#ifndef OUTRIDER_ACTS_H
#define OUTRIDER_ACTS_H
#include "note.h"

#define ACTS_A_LINE 500u /* new ones, then they are told: an environment may be ended at any time */

void acts_add(const struct note *note); /* an allowed act; another of the same is only counted */
void acts_emit(bool even_if_none);

/* learning.c */
void learning_begin(void); /* by policy and OUTRIDER_LEARN; after a change of policy too */
void learning_check(void); /* at the end of an invocation and now and then: is it over? */

/* tree.c: the fingerprint of the function's code, made by a child beside the invocations */
void tree_start(void);
void tree_reap(void);

#endif
