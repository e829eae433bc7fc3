/* outlive.h: processes that the function left behind when its invocation was over. */
#ifndef OUTRIDER_OUTLIVE_H
#define OUTRIDER_OUTLIVE_H

void outlive_baseline(void); /* at the end of init: what is there now may stay */
void outlive_look(void); /* at the end of an invocation */

#endif
