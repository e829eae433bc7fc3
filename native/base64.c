#include "base64.h"

#include <string.h>

static int value_of(char c) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *at = c ? strchr(digits, c) : NULL;
  return at ? (int)(at - digits) : -1;
}

long base64_decode(const char *text, uint8_t *out, size_t size) {
  size_t length = strlen(text), written = 0;
  if (length % 4) return -1;
  for (size_t i = 0; i < length; i += 4) {
    size_t padding = i + 4 == length ? (text[i + 3] == '=') + (text[i + 3] == '=' && text[i + 2] == '=') : 0;
    uint32_t group = 0;
    for (size_t j = 0; j < 4; j++) {
      int value = j >= 4 - padding ? 0 : value_of(text[i + j]);
      if (value < 0) return -1;
      group = group << 6 | (uint32_t)value;
    }
    for (size_t j = 0; j < 3 - padding; j++) {
      if (written == size) return -1;
      out[written++] = (uint8_t)(group >> (16 - 8 * j));
    }
  }
  return (long)written;
}
