/* decide.c: the supervisor's own judgement, outside of it, under ASan and UBSan.
 *
 *   decide cases BLOB    < acts     twelve NUL-ended strings an act, and its arguments; one line an act: "verdict rule"
 *   decide base64        < texts    NUL-ended; one line a text: the bytes in hex, or "no"
 *   decide fuzz SEED N BLOB...      N mutations of blobs, N patterns, N texts; "N blobs: A taken, ..." */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../native/base64.h"
#include "../../../native/text.h"
#include "../../../native/verdict.h"

static uint64_t state;

static uint32_t any(uint32_t below) { /* xorshift64* */
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (uint32_t)((state * 2685821657736338717u) >> 33) % below;
}

static void fail(const char *why) {
  fprintf(stderr, "decide: %s\n", why);
  exit(1);
}

/* In memory of its exact size, so that one byte too far is seen. */
static uint8_t *copy(const void *bytes, size_t size) {
  uint8_t *made = malloc(size ? size : 1);
  if (!made) fail("no memory");
  return memcpy(made, bytes, size);
}

struct blob {
  uint8_t *bytes;
  size_t size;
};

static struct blob blob_from(const char *path) {
  static uint8_t buffer[OR_POLICY_MAX_BYTES + 2];
  FILE *file = fopen(path, "rb");
  if (!file) fail(path);
  size_t size = fread(buffer, 1, sizeof buffer, file);
  fclose(file);
  return (struct blob){copy(buffer, size), size};
}

static char *string(void) {
  enum { MOST = 128 }; /* good until so many more were read: an act's, and its arguments */
  static size_t room[MOST];
  static char *strings[MOST];
  static unsigned turn;
  unsigned i = turn++ % MOST;
  return getdelim(&strings[i], &room[i], 0, stdin) < 0 ? NULL : strings[i];
}

static uint64_t number(void) {
  const char *at = string();
  uint64_t value;
  if (!at || !parse_number(&at, &value) || *at) fail("a number was expected");
  return value;
}

static const char *string_or_null(void) {
  const char *text = string();
  return text && *text ? text : NULL;
}

/* Whether they are whole, how many, and they. */
static char *arguments(struct act *act) {
  char *words = malloc(1);
  act->arguments_whole = number();
  for (uint64_t left = number(); left; left--) {
    const char *word = string();
    size_t size = strlen(word) + 1;
    if (!(words = realloc(words, act->arguments_size + size))) fail("no memory");
    memcpy(words + act->arguments_size, word, size);
    act->arguments_size += (uint32_t)size;
  }
  act->arguments = act->arguments_size ? words : NULL;
  return words;
}

static int cases(const char *path) {
  static const char *const verdicts[] = {"allow", "alert", "block"};
  struct blob blob = blob_from(path);
  const char *wrong = policy_check(blob.bytes, blob.size), *first;
  if (wrong) fail(wrong);
  while ((first = string())) {
    uint64_t kind;
    if (!parse_number(&first, &kind) || kind >= OR_KINDS) fail("a kind was expected");
    struct act act = {.kind = (enum or_kind)kind};
    act.family = (uint8_t)number();
    act.proto = (uint8_t)number();
    act.port = (uint16_t)number();
    const char *address = string();
    for (unsigned i = 0; i < 16 && address[2 * i]; i++) sscanf(address + 2 * i, "%2hhx", &act.addr[i]);
    act.program = string();
    act.target = string();
    act.name = string_or_null();
    act.sha256 = string_or_null();
    act.now = (uint32_t)number();
    char *words = arguments(&act);
    struct decision decision = policy_decide(blob.bytes, &act);
    printf("%s %u\n", verdicts[decision.verdict], decision.rule);
    free(words);
  }
  free(blob.bytes);
  return 0;
}

static int texts(void) {
  uint8_t out[64];
  for (char *text; (text = string());) {
    long size = base64_decode(text, out, sizeof out);
    TEXT(hex, 2 * sizeof out + 1);
    text_hex(&hex, out, size < 0 ? 0 : (size_t)size);
    puts(size < 0 ? "no" : hex.buffer);
  }
  return 0;
}

static void seal(uint8_t *bytes, size_t size) {
  struct or_policy_header header;
  if (size < sizeof header) return;
  memcpy(&header, bytes, sizeof header);
  header.total_size = (uint32_t)size;
  header.crc32 = 0;
  size_t body = header.signature_offset && header.signature_offset <= size ? header.signature_offset : size;
  if (body < sizeof header) return;
  uint32_t crc = crc32_of(0, &header, sizeof header);
  header.crc32 = crc32_of(crc, bytes + sizeof header, body - sizeof header);
  memcpy(bytes, &header, sizeof header);
}

/* What one byte most likely breaks: limits and their neighbours. */
static uint8_t byte(void) {
  static const uint8_t likely[] = {0, 1, 2, 4, 6, 8, 9, 31, 32, 33, 104, 127, 128, 129, 255, '*', '\\', '/'};
  return any(2) ? likely[any(sizeof likely)] : (uint8_t)any(256);
}

static bool decided(const uint8_t *blob, size_t size) {
  if (policy_check(blob, size)) return false;
  static const char *const paths[] = {"", "/", "/usr/sbin/nginx", "/bin/sh", "@name", "memfd_create", "/tmp/a/b/c\\*"};
  static const uint8_t families[] = {OR_UNIX, OR_INET, OR_INET6};
  for (unsigned kind = 0; kind < OR_KINDS; kind++) {
    struct act act = {.kind = (enum or_kind)kind, .program = paths[any(7)], .target = paths[any(7)]};
    if (any(2)) act.name = act.sha256 = paths[any(7)];
    static const char words[] = "-m\0**\0\0a/b";
    act.arguments = words + any(6);
    act.arguments_size = (uint32_t)(words + sizeof words - act.arguments);
    act.arguments_whole = any(2);
    if (kind == OR_CONNECT || kind == OR_BIND) act.family = families[any(3)];
    act.port = (uint16_t)any(65536);
    for (unsigned i = 0; i < sizeof act.addr; i++) act.addr[i] = byte();
    if (policy_decide(blob, &act).verdict >= OR_VERDICTS) fail("a verdict that does not exist");
  }
  policy_asks(blob);
  return true;
}

static bool fuzz_blob(const struct blob *from) {
  size_t size = from->size, changes = any(5);
  if (any(4) == 0) size = any((uint32_t)from->size + 1);
  uint8_t *mutant = copy(from->bytes, size);
  for (size_t i = 0; size && i < changes; i++) mutant[any(any(2) || size < 152 ? (uint32_t)size : 152)] = byte();
  if (any(8)) seal(mutant, size);
  bool taken = decided(mutant, size);
  free(mutant);
  return taken;
}

/* policy.h's words, as plainly as they can be written. */
static bool plainly(const char *p, const char *t) {
  if (!*p) return !*t;
  if (p[0] == '*') {
    bool deep = p[1] == '*';
    const char *rest = p + 1;
    while (deep && *rest == '*') rest++;
    for (; !plainly(rest, t); t++)
      if (!*t || (!deep && *t == '/')) return false;
    return true;
  }
  if (!*t) return false;
  if (p[0] == '\\' && p[1]) return p[1] == *t && plainly(p + 2, t + 1);
  return (p[0] == '?' ? *t != '/' : p[0] == *t) && plainly(p + 1, t + 1);
}

static char *word(const char *letters, uint32_t longest) {
  char made[16];
  uint32_t length = any(longest + 1), count = (uint32_t)strlen(letters);
  for (uint32_t i = 0; i < length; i++) made[i] = letters[any(count)];
  made[length] = 0;
  return (char *)copy(made, length + 1);
}

static bool fuzz_pattern(void) {
  char *pattern = word("**?\\//aab", 9), *text = word("//aab*\\", 9);
  bool matches = pattern_matches(pattern, text);
  if (matches != plainly(pattern, text)) {
    fprintf(stderr, "'%s' '%s': %d\n", pattern, text, matches);
    fail("a pattern does not mean what policy.h says");
  }
  free(pattern);
  free(text);
  return matches;
}

static bool fuzz_base64(void) {
  char *text = word("AQgwz09+/==-", 12);
  size_t size = any(10);
  uint8_t *out = copy("0123456789", size);
  long got = base64_decode(text, out, size);
  if (got > (long)size) fail("more bytes than there is room");
  free(text);
  free(out);
  return got >= 0;
}

static int fuzz(int argc, char **argv) {
  enum { MOST = 64 };
  struct blob blobs[MOST];
  unsigned long count = strtoul(argv[1], NULL, 10), taken = 0, matched = 0, decoded = 0;
  int blob_count = argc - 2;
  state = strtoull(argv[0], NULL, 10) | 1;
  if (blob_count < 1 || blob_count > MOST) fail("one to 64 blobs");
  for (int i = 0; i < blob_count; i++) blobs[i] = blob_from(argv[2 + i]);
  for (unsigned long i = 0; i < count; i++) {
    taken += fuzz_blob(&blobs[any((uint32_t)blob_count)]);
    matched += fuzz_pattern();
    decoded += fuzz_base64();
  }
  printf("%lu each: %lu blobs taken, %lu patterns matched, %lu texts decoded\n", count, taken, matched, decoded);
  for (int i = 0; i < blob_count; i++) free(blobs[i].bytes);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 3 && !strcmp(argv[1], "cases")) return cases(argv[2]);
  if (argc == 2 && !strcmp(argv[1], "base64")) return texts();
  if (argc > 4 && !strcmp(argv[1], "fuzz")) return fuzz(argc - 2, argv + 2);
  fail("usage: decide cases BLOB | base64 | fuzz SEED N BLOB...");
}
