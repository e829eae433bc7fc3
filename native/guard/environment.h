/* environment.h: the environment of a program that is about to run: with the guard in it, whatever the caller left. */
#ifndef OUTRIDER_GUARD_ENVIRONMENT_H
#define OUTRIDER_GUARD_ENVIRONMENT_H
#include "inside.h"

#define FRESH_ENTRIES 512u
#define FRESH_BYTES 1024u

struct environment {
  char *const *entries;          /* what the kernel gets */
  char *fresh[FRESH_ENTRIES];    /* used if the caller's would not do */
  char preload[FRESH_BYTES];
  void *mapped;                  /* used if those are too small */
  size_t mapped_size;
};

/* `own_path`: as the loader knows our object. */
void environment_start(char **environment, const char *own_path);
/* From now on every child has this entry, "OUTRIDER_X=...". */
void environment_carry(const char *entry);
/* An object that this very process was started with by LD_PRELOAD. */
bool environment_is_usual(const char *name, size_t length);
/* 0, or -errno. `guarded` false: the program must not be given the guard (another libc's loader would refuse). */
long environment_for(char *const *envp, bool guarded, struct environment *out);
/* After an exec that failed. */
void environment_done(struct environment *environment);

#endif
