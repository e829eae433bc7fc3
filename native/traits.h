/* traits.h: what of an act is worth telling beside its target (OR_T_TRAITS; the words are in outrider/model/event.py). */
#ifndef OUTRIDER_TRAITS_H
#define OUTRIDER_TRAITS_H
#include "caller.h"

/* Adds the words of an act, with spaces between; nothing where nothing can be told. */
void traits_of(struct caller *caller, const struct act *act, struct text *out);

#endif
