#include "skim.h"

#include <string.h>

enum { BETWEEN, IN_STRING, IN_WORD };
enum { PLAIN, ESCAPED, UNICODE }; /* .escape */
enum { TEXT_OTHER, TEXT_KEY, TEXT_VALUE };

void skim_begin(struct skim *skim, const struct skim_watch *watches, unsigned count) {
  memset(skim, 0, sizeof *skim);
  skim->watches = watches;
  skim->watch_count = count;
  skim->capture = -1;
}

static bool in_object(const struct skim *s) {
  if (s->depth == 0 || s->depth > SKIM_NESTING) return false;
  uint32_t at = s->depth - 1;
  return s->objects[at / 8] >> (at % 8) & 1;
}

static bool kind_known(const struct skim *s) { return s->depth <= SKIM_NESTING; }

/* Compares the path of the value that begins now with one of the watched. */
static bool path_is(const struct skim *s, const char *path) {
  for (uint32_t level = 1; level <= s->depth; level++) {
    const char *key = s->keys[level];
    size_t size = s->key_size[level];
    if (size == SKIM_KEY_BYTES || *path++ != '/' || strncmp(path, key, size) != 0) return false;
    path += size;
    if (*path != '/' && *path != 0) return false;
  }
  return *path == 0;
}

static void value_begins(struct skim *s, bool string) {
  if (s->depth == 0 && s->started) s->broken = true;
  s->started = true;
  if (s->depth == 0 || s->depth > SKIM_LEVELS) return;
  if (!in_object(s)) {
    s->keys[s->depth][0] = s->index[s->depth] ? '+' : '0'; /* only the first element is anybody's */
    s->key_size[s->depth] = 1;
  }
  for (unsigned i = 0; i < s->watch_count; i++) {
    if (!path_is(s, s->watches[i].path)) continue;
    if (skim_found(s, i)) continue; /* a key given twice: the first counts; both are among the keys */
    s->found |= 1ull << i;
    if (string && s->watches[i].value) {
      s->capture = (int)i;
      s->captured = 0;
      s->watches[i].value[0] = 0;
    }
  }
}

static void text_byte(struct skim *s, char c) {
  if (s->text_kind == TEXT_KEY) {
    uint8_t *size = &s->key_size[s->depth];
    if (*size < SKIM_KEY_BYTES - 1) s->keys[s->depth][(*size)++] = c;
    else *size = SKIM_KEY_BYTES;
  } else if (s->capture >= 0) {
    const struct skim_watch *watch = &s->watches[s->capture];
    if (s->captured + 1 < watch->size) watch->value[s->captured++] = c;
    watch->value[s->captured] = 0;
  }
}

static void text_point(struct skim *s, uint32_t point) {
  if (point < 0x80) {
    text_byte(s, (char)point);
  } else if (point < 0x800) {
    text_byte(s, (char)(0xc0 | point >> 6));
    text_byte(s, (char)(0x80 | (point & 63)));
  } else if (point < 0x10000) {
    text_byte(s, (char)(0xe0 | point >> 12));
    text_byte(s, (char)(0x80 | (point >> 6 & 63)));
    text_byte(s, (char)(0x80 | (point & 63)));
  } else {
    text_byte(s, (char)(0xf0 | point >> 18));
    text_byte(s, (char)(0x80 | (point >> 12 & 63)));
    text_byte(s, (char)(0x80 | (point >> 6 & 63)));
    text_byte(s, (char)(0x80 | (point & 63)));
  }
}

static void unicode_done(struct skim *s) {
  uint32_t unit = s->unicode & 0xffff;
  s->escape = PLAIN;
  if (unit >= 0xd800 && unit < 0xdc00) {
    s->high = (uint16_t)unit;
  } else if (unit >= 0xdc00 && unit < 0xe000) {
    text_point(s, s->high ? 0x10000 + ((s->high - 0xd800u) << 10) + (unit - 0xdc00) : 0xfffd);
    s->high = 0;
  } else {
    text_point(s, unit ? unit : 0xfffd); /* a NUL would end the text for who reads it in C */
  }
}

static void escaped_byte(struct skim *s, char c) {
  if (s->escape == UNICODE) {
    int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
    if (digit < 0) s->broken = true;
    s->unicode = s->unicode << 4 | (uint32_t)(digit & 15);
    if (s->unicode >> 16) unicode_done(s); /* the leading 1 marks where the four digits began */
    return;
  }
  static const char from[] = "bfnrt\"\\/", to[] = "\b\f\n\r\t\"\\/";
  const char *found = c ? strchr(from, c) : NULL;
  s->escape = PLAIN;
  if (c == 'u') {
    s->escape = UNICODE;
    s->unicode = 1;
  } else if (found) {
    text_byte(s, to[found - from]);
  } else {
    s->broken = true;
  }
}

static void string_ends(struct skim *s) {
  if (s->text_kind == TEXT_KEY) {
    uint8_t size = s->key_size[s->depth];
    s->keys[s->depth][size < SKIM_KEY_BYTES ? size : SKIM_KEY_BYTES - 1] = 0;
    if (s->depth == 1 && s->top_count++ < SKIM_TOP_KEYS) memcpy(s->top[s->top_count - 1], s->keys[1], SKIM_KEY_BYTES);
  }
  s->capture = -1;
  s->high = 0;
  s->state = BETWEEN;
}

static void string_begins(struct skim *s) {
  s->state = IN_STRING;
  s->escape = PLAIN;
  s->text_kind = TEXT_OTHER;
  if (in_object(s) && s->key_next) {
    s->key_next = false;
    if (s->depth > SKIM_LEVELS) return;
    s->text_kind = TEXT_KEY;
    s->key_size[s->depth] = 0;
  } else {
    value_begins(s, true);
    s->text_kind = TEXT_VALUE;
  }
}

static void bracket_opens(struct skim *s, bool object) {
  if (in_object(s) && s->key_next) s->broken = true; /* a key must be a string */
  value_begins(s, false);
  s->depth++;
  if (s->depth > s->deepest) s->deepest = s->depth;
  if (s->depth <= SKIM_NESTING) {
    uint32_t at = s->depth - 1;
    uint8_t bit = (uint8_t)(1u << (at % 8));
    s->objects[at / 8] = (uint8_t)(object ? s->objects[at / 8] | bit : s->objects[at / 8] & ~bit);
  }
  if (s->depth <= SKIM_LEVELS) s->index[s->depth] = 0;
  s->key_next = object;
}

static void bracket_closes(struct skim *s, bool object) {
  if (s->depth == 0 || (kind_known(s) && in_object(s) != object)) {
    s->broken = true;
    return;
  }
  s->depth--;
  s->key_next = false;
}

static void outside(struct skim *s, char c) {
  switch (c) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case ':': return;
    case '"': string_begins(s); return;
    case '{':
    case '[': bracket_opens(s, c == '{'); return;
    case '}':
    case ']': bracket_closes(s, c == '}'); return;
    case ',':
      if (s->depth == 0) s->broken = true;
      s->key_next = in_object(s);
      if (s->depth <= SKIM_LEVELS) s->index[s->depth]++;
      return;
    default:
      if ((c < '0' || c > '9') && c != '-' && (c < 'A' || c > 'z')) s->broken = true;
      if (in_object(s) && s->key_next) s->broken = true;
      value_begins(s, false);
      s->state = IN_WORD;
  }
}

static bool word_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '+' || c == '-';
}

void skim_take(struct skim *s, const char *bytes, size_t size) {
  s->bytes += size;
  for (size_t i = 0; i < size && !s->broken; i++) {
    char c = bytes[i];
    if (s->state == IN_STRING) {
      if (s->escape != PLAIN) {
        escaped_byte(s, c);
      } else if (c == '\\') {
        s->escape = ESCAPED;
      } else if (c == '"') {
        string_ends(s);
      } else if ((unsigned char)c < 32) {
        s->broken = true;
      } else if (s->text_kind == TEXT_KEY || s->capture >= 0) {
        text_byte(s, c);
      } else { /* most of an event is inside strings nobody asked for */
        while (i + 1 < size && bytes[i + 1] != '"' && bytes[i + 1] != '\\' && (unsigned char)bytes[i + 1] >= 32) i++;
      }
    } else if (s->state == IN_WORD && word_byte(c)) {
      continue;
    } else {
      s->state = BETWEEN;
      outside(s, c);
    }
  }
}

bool skim_end(const struct skim *s) { return !s->broken && s->started && s->depth == 0 && s->state != IN_STRING; }
