/* line.h: one JSON object in a buffer of fixed size. When something does not fit, the line is marked `cut` and is not
 * to be written: half a line is worse than a counted loss. */
#ifndef OUTRIDER_LINE_H
#define OUTRIDER_LINE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_MAX_BYTES (64u << 10) /* with its newline; outrider/limits.py EVENT_LINE */

struct line {
  char *buffer;
  size_t size, length;
  bool cut;
  bool comma; /* one is due before the next member */
};

void line_begin(struct line *line, char *buffer, size_t size);
void line_end(struct line *line); /* closes the object and adds the newline */

void line_text(struct line *line, const char *key, const char *text);
/* Any bytes: valid UTF-8 as it is, others as \xNN in the text, as outrider/runtime/wire.py spells them. */
void line_bytes(struct line *line, const char *key, const char *bytes, size_t size);
void line_number(struct line *line, const char *key, uint64_t number);
void line_signed(struct line *line, const char *key, int64_t number);
void line_hex(struct line *line, const char *key, const uint8_t *bytes, size_t size);
void line_time(struct line *line, const char *key, uint64_t time_ns); /* RFC 3339, UTC, nine digits */
void line_json(struct line *line, const char *key, const char *json, size_t size); /* as it is */
void line_open(struct line *line, const char *key, char bracket);
void line_close(struct line *line, char bracket);
void line_item(struct line *line, const char *bytes, size_t size); /* a string in an array */

/* seconds since 1970 as "2026-11-24T01:02:03"; 20 bytes with the NUL. */
void time_text(uint64_t seconds, char out[20]);

#endif
