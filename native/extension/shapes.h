/* shapes.h: who sent an event, told by its JSON shape. The Runtime API does not say; a caller with
 * lambda:InvokeFunction can send any shape, so a source is a claim. What it is good for: a function that is only ever
 * fed by one queue need not answer to anything that does not look like it. */
#ifndef OUTRIDER_SHAPES_H
#define OUTRIDER_SHAPES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SOURCE_BYTES 48u
#define TOP_KEYS_BYTES 512u

struct event_facts {
  uint64_t size; /* bytes */
  uint32_t depth; /* of brackets */
  bool json; /* one whole value, as far as was looked */
  char source[SOURCE_BYTES];
  char keys[TOP_KEYS_BYTES]; /* at the top, sorted, ',' between; "+" for those beyond what fits */
};

void event_facts_of(const char *event, size_t size, struct event_facts *out);

#endif
