/* text.h: bounded text. A struct text never overruns its buffer, is always NUL-terminated and remembers that it
 * was cut. */
#ifndef OUTRIDER_TEXT_H
#define OUTRIDER_TEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
  char *buffer;
  size_t size; /* of the buffer, at least 1 */
  size_t length;
  bool cut;
};

#define TEXT(name, bytes)        \
  char name##_buffer[bytes];     \
  struct text name = {name##_buffer, sizeof name##_buffer, 0, false}; \
  name##_buffer[0] = 0

void text_bytes(struct text *out, const char *bytes, size_t length);
void text_add(struct text *out, const char *string);
void text_number(struct text *out, uint64_t number);
void text_hex(struct text *out, const uint8_t *bytes, size_t length);

/* Decimal number at *at, which is moved past it. False when there is none or it does not fit 64 bits. */
bool parse_number(const char **at, uint64_t *number);

#endif
