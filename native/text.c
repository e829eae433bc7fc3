#include "text.h"

#include <string.h>

void text_bytes(struct text *out, const char *bytes, size_t length) {
  size_t room = out->size - 1 - out->length;
  if (length > room) {
    length = room;
    out->cut = true;
  }
  memcpy(out->buffer + out->length, bytes, length);
  out->length += length;
  out->buffer[out->length] = 0;
}

void text_add(struct text *out, const char *string) { text_bytes(out, string, strlen(string)); }

void text_number(struct text *out, uint64_t number) {
  char digits[20];
  size_t at = sizeof digits;
  do digits[--at] = (char)('0' + number % 10);
  while (number /= 10);
  text_bytes(out, digits + at, sizeof digits - at);
}

void text_hex(struct text *out, const uint8_t *bytes, size_t length) {
  static const char digit[] = "0123456789abcdef";
  for (size_t i = 0; i < length; i++) {
    char pair[2] = {digit[bytes[i] >> 4], digit[bytes[i] & 15]};
    text_bytes(out, pair, 2);
  }
}

bool parse_number(const char **at, uint64_t *number) {
  const char *p = *at;
  uint64_t value = 0;
  if (*p < '0' || *p > '9') return false;
  for (; *p >= '0' && *p <= '9'; p++) {
    uint64_t digit = (uint64_t)(*p - '0');
    if (value > (UINT64_MAX - digit) / 10) return false;
    value = value * 10 + digit;
  }
  *at = p;
  *number = value;
  return true;
}
