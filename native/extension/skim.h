/* skim.h: a look at JSON as it passes: depth, keys at the top, a few values by their path. It is no validator: it
 * believes what it is given until that cannot be JSON, never recurses, and its memory is this struct. */
#ifndef OUTRIDER_SKIM_H
#define OUTRIDER_SKIM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SKIM_LEVELS 3u /* of keys that are remembered: no source is told by anything deeper */
#define SKIM_KEY_BYTES 64u /* of one key; longer ones are nobody's literal */
#define SKIM_NESTING 512u /* of brackets whose kind is remembered; depth is counted beyond it */
#define SKIM_WATCHES 40u
#define SKIM_TOP_KEYS 32u

struct skim_watch {
  const char *path; /* keys with '/' before each, "0" for the first of an array: "/Records/0/eventSource" */
  char *value; /* where its string goes, NUL-terminated and cut; NULL: only whether it is there */
  size_t size;
};

struct skim {
  const struct skim_watch *watches;
  unsigned watch_count;
  uint64_t found; /* bit by watch */
  uint32_t depth, deepest;
  uint64_t bytes;
  bool broken; /* it cannot be JSON */
  bool started; /* a value has begun, so a second one at the top is too much */
  uint8_t objects[SKIM_NESTING / 8]; /* by depth: set where the bracket is '{' */
  uint8_t state, escape, text_kind;
  bool key_next;
  uint32_t unicode;
  uint16_t high; /* first half of a surrogate pair */
  uint32_t index[SKIM_LEVELS + 1]; /* of the element, in arrays */
  char keys[SKIM_LEVELS + 1][SKIM_KEY_BYTES];
  uint8_t key_size[SKIM_LEVELS + 1]; /* SKIM_KEY_BYTES: it was longer */
  int capture; /* watch whose string is being read, or -1 */
  size_t captured;
  unsigned top_count; /* keys at the top, in their order; more than SKIM_TOP_KEYS are only counted */
  char top[SKIM_TOP_KEYS][SKIM_KEY_BYTES];
};

void skim_begin(struct skim *skim, const struct skim_watch *watches, unsigned count);
void skim_take(struct skim *skim, const char *bytes, size_t size);
/* Whether what was taken is one whole value. */
bool skim_end(const struct skim *skim);
static inline bool skim_found(const struct skim *skim, unsigned watch) { return skim->found >> watch & 1; }

#endif
