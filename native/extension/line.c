#include "line.h"

#include <string.h>

static void put(struct line *line, const char *bytes, size_t size) {
  if (size > line->size - line->length) {
    line->cut = true;
    return;
  }
  memcpy(line->buffer + line->length, bytes, size);
  line->length += size;
}

static void put_char(struct line *line, char c) { put(line, &c, 1); }

static void put_number(struct line *line, uint64_t number) {
  char digits[20];
  size_t at = sizeof digits;
  do digits[--at] = (char)('0' + number % 10);
  while (number /= 10);
  put(line, digits + at, sizeof digits - at);
}

static const char hex_digit[] = "0123456789abcdef";

/* Length of the valid UTF-8 sequence at the start, 0 when there is none (RFC 3629: no surrogates, shortest form). */
static size_t utf8_length(const unsigned char *s, size_t size) {
  if (s[0] < 0x80) return 1;
  size_t length = s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;
  if (length == 0 || length > size) return 0;
  for (size_t i = 1; i < length; i++)
    if ((s[i] & 0xc0) != 0x80) return 0;
  if (s[0] == 0xe0 && s[1] < 0xa0) return 0;
  if (s[0] == 0xed && s[1] > 0x9f) return 0;
  if (s[0] == 0xf0 && s[1] < 0x90) return 0;
  if (s[0] == 0xf4 && s[1] > 0x8f) return 0;
  return length;
}

static void put_escape(struct line *line, unsigned point) {
  char text[6] = {'\\', 'u', '0', '0', hex_digit[point >> 4 & 15], hex_digit[point & 15]};
  put(line, text, sizeof text);
}

static void put_string(struct line *line, const char *bytes, size_t size) {
  const unsigned char *s = (const unsigned char *)bytes;
  put_char(line, '"');
  while (size) {
    size_t run = utf8_length(s, size);
    if (run == 0) { /* the text says \xNN, and JSON doubles the backslash */
      char text[5] = {'\\', '\\', 'x', hex_digit[*s >> 4], hex_digit[*s & 15]};
      put(line, text, sizeof text);
      run = 1;
    } else if (*s == '"' || *s == '\\') {
      char text[2] = {'\\', (char)*s};
      put(line, text, sizeof text);
    } else if (*s < 32 || *s == 127) {
      put_escape(line, *s);
    } else if (run == 2 && *s == 0xc2 && s[1] < 0xa0) { /* C1 controls move a terminal's cursor too */
      put_escape(line, s[1]);
    } else {
      put(line, (const char *)s, run);
    }
    s += run;
    size -= run;
  }
  put_char(line, '"');
}

static void put_key(struct line *line, const char *key) {
  if (line->comma) put_char(line, ',');
  line->comma = true;
  if (!key) return;
  put_string(line, key, strlen(key));
  put_char(line, ':');
}

void line_begin(struct line *line, char *buffer, size_t size) {
  *line = (struct line){buffer, size, 0, false, false};
  put_char(line, '{');
}

void line_end(struct line *line) { put(line, "}\n", 2); }

void line_bytes(struct line *line, const char *key, const char *bytes, size_t size) {
  put_key(line, key);
  put_string(line, bytes, size);
}

void line_text(struct line *line, const char *key, const char *text) { line_bytes(line, key, text, strlen(text)); }

void line_item(struct line *line, const char *bytes, size_t size) { line_bytes(line, NULL, bytes, size); }

void line_number(struct line *line, const char *key, uint64_t number) {
  put_key(line, key);
  put_number(line, number);
}

void line_signed(struct line *line, const char *key, int64_t number) {
  put_key(line, key);
  if (number < 0) put_char(line, '-');
  put_number(line, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

void line_hex(struct line *line, const char *key, const uint8_t *bytes, size_t size) {
  put_key(line, key);
  put_char(line, '"');
  for (size_t i = 0; i < size; i++) {
    char pair[2] = {hex_digit[bytes[i] >> 4], hex_digit[bytes[i] & 15]};
    put(line, pair, 2);
  }
  put_char(line, '"');
}

void line_json(struct line *line, const char *key, const char *json, size_t size) {
  put_key(line, key);
  put(line, json, size);
}

void line_open(struct line *line, const char *key, char bracket) {
  put_key(line, key);
  put_char(line, bracket);
  line->comma = false;
}

void line_close(struct line *line, char bracket) {
  put_char(line, bracket);
  line->comma = true;
}

static void two_digits(char *out, unsigned number) {
  out[0] = (char)('0' + number / 10 % 10);
  out[1] = (char)('0' + number % 10);
}

/* Days to a date: Howard Hinnant's civil_from_days, for days since 1970 only. */
void time_text(uint64_t seconds, char out[20]) {
  uint64_t days = seconds / 86400 + 719468, era = days / 146097, of_era = days % 146097;
  uint64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  uint64_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
  unsigned day = (unsigned)(of_year - (153 * month + 2) / 5 + 1), rest = (unsigned)(seconds % 86400);
  month = month < 10 ? month + 3 : month - 9;
  year += era * 400 + (month <= 2);
  memcpy(out, "0000-00-00T00:00:00", 20);
  two_digits(out, (unsigned)(year / 100));
  two_digits(out + 2, (unsigned)(year % 100));
  two_digits(out + 5, (unsigned)month);
  two_digits(out + 8, day);
  two_digits(out + 11, rest / 3600);
  two_digits(out + 14, rest / 60 % 60);
  two_digits(out + 17, rest % 60);
}

void line_time(struct line *line, const char *key, uint64_t time_ns) {
  char text[31];
  uint64_t part = time_ns % 1000000000u;
  time_text(time_ns / 1000000000u, text);
  text[19] = '.';
  for (int at = 28; at > 19; at--, part /= 10) text[at] = (char)('0' + part % 10);
  text[29] = 'Z';
  put_key(line, key);
  put_string(line, text, 30);
}
