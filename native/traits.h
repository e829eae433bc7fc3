/* traits.h: what of an act is worth telling beside its target (OR_T_TRAITS; the words are in outrider/model/event.py). */
#ifndef OUTRIDER_TRAITS_H
#define OUTRIDER_TRAITS_H
#include "resolve.h"

enum trait { /* bits of struct act.traits; the words, in this order, are in traits.c */
  TRAIT_NEW = 1 << 0,
  TRAIT_UNLINKED = 1 << 1,
  TRAIT_MEMFD = 1 << 2,
  TRAIT_SET_USER_ID = 1 << 3,
  TRAIT_SET_GROUP_ID = 1 << 4,
  TRAIT_NOT_OF_IMAGE = 1 << 5,
  TRAIT_FOREIGN = 1 << 6,
  TRAIT_TRUNCATES = 1 << 7,
  TRAIT_REMOVES = 1 << 8,
  TRAIT_RENAMES = 1 << 9,
  TRAIT_LOADER = 1 << 10,
};

/* Of a file that is about to be run. */
uint32_t traits_of_program(const struct place *place);

/* Set-user-ID, set-group-ID: where a mode says that the file runs as somebody else. */
uint32_t traits_of_mode(uint32_t mode);

/* Adds the words of an act, with spaces between; nothing where nothing can be told. */
void traits_of(struct caller *caller, const struct act *act, struct text *out);

/* Remembers, in memory shared with the twin, that the application starts now. */
void traits_begin(void);

#endif
