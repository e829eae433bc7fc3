/* units.c: the supervisor's pure parts, linked from its sources with sanitizers.
 *   verdict BLOB             for each line "kind program target family proto port address name sha256 now whole arguments" of
 *                            standard input, with tabs between, texts and address in hex: verdict and rule
 *   fuzz SEED COUNT BLOB...  so many mutations of the blobs: none may be accepted that then does harm
 *   filter FIRST LAST        the filter as "code jt jf k" lines, after the traps as "trap number test argument name"
 *   base64 TEXT              length and bytes (hex), or -1
 *   number TEXT              parse_number()
 *   new                      whether a file from before and one from after the start are new to the start, and so when
 *                            the clock has been set back an hour since
 *   names TABLE NOW          for each line "family address" of standard input, the address in hex: reader, then names
 *   text SIZE WORD...        text_add() of each word into a buffer of this size */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../../native/base64.h"
#include "../../../native/filter.h"
#include "../../../native/names.h"
#include "../../../native/text.h"
#include "../../../native/traits.h"
#include "../../../native/traps.h"
#include "../../../native/verdict.h"

bool outrider_ed25519_verify(const uint8_t key[32], const uint8_t *message, size_t length, const uint8_t signature[64]) {
  (void)key, (void)message, (void)length, (void)signature;
  return false; /* the real one is Zig's; test_policy.py uses it */
}

bool outrider_ed25519_verify_digest(const uint8_t key[32], const uint8_t *message, size_t length, const uint8_t signature[64]) {
  return outrider_ed25519_verify(key, message, length, signature);
}

static uint8_t *read_whole(const char *path, size_t *size) {
  static uint8_t room[OR_POLICY_MAX_BYTES + 4096];
  FILE *f = fopen(path, "rb");
  *size = f ? fread(room, 1, sizeof room, f) : 0;
  if (f) fclose(f);
  uint8_t *exact = malloc(*size ? *size : 1); /* so that a read past its end is seen */
  memcpy(exact, room, *size);
  return exact;
}

static void from_hex(char *text) {
  char *out = text;
  for (unsigned byte; sscanf(text, "%2x", &byte) == 1 && text[0] && text[1]; text += 2) *out++ = (char)byte;
  *out = 0;
}

static int verdicts(const char *path) {
  size_t size;
  uint8_t *blob = read_whole(path, &size);
  const char *wrong = policy_check(blob, size);
  if (wrong) {
    printf("refused: %s\n", wrong);
    return 1;
  }
  char line[16384];
  while (fgets(line, sizeof line, stdin)) {
    char *field[12], *p = line;
    line[strcspn(line, "\n")] = 0;
    for (int i = 0; i < 12; i++) {
      field[i] = p;
      p += strcspn(p, "\t");
      if (*p) *p++ = 0;
    }
    from_hex(field[1]);
    from_hex(field[2]);
    from_hex(field[7]);
    from_hex(field[8]);
    uint32_t arguments_size = (uint32_t)strlen(field[11]) / 2;
    from_hex(field[11]);
    struct act act = {.kind = (enum or_kind)atoi(field[0]), .program = field[1], .target = field[2]};
    if (*field[7]) act.name = field[7];
    if (*field[8]) act.sha256 = field[8];
    act.now = (uint32_t)strtoul(field[9], NULL, 10);
    act.arguments_whole = *field[10] == '1';
    act.arguments = field[11];
    act.arguments_size = arguments_size;
    act.family = (uint8_t)atoi(field[3]);
    act.proto = (uint8_t)atoi(field[4]);
    act.port = (uint16_t)atoi(field[5]);
    for (unsigned i = 0; i < 16 && field[6][2 * i] && field[6][2 * i + 1]; i++) {
      unsigned byte;
      sscanf(field[6] + 2 * i, "%2x", &byte);
      act.addr[i] = (uint8_t)byte;
    }
    struct decision decision = policy_decide(blob, &act);
    printf("%d %u\n", (int)decision.verdict, decision.rule);
  }
  free(blob);
  return 0;
}

static bool is_new(int fd) {
  struct place place = {.parent = -1, .target = fd};
  return traits_of_program(&place) & TRAIT_NEW;
}

static int news(void) {
  static struct guard guard;
  FILE *old = tmpfile();
  self.guard = &guard;
  usleep(50000); /* more than a step of the clock that stamps files */
  traits_begin();
  FILE *fresh = tmpfile();
  usleep(50000);
  printf("%s\n%s\n", is_new(fileno(old)) ? "new" : "old", is_new(fileno(fresh)) ? "new" : "old");
  guard.started_ns += 3600000000000u;
  printf("set back: %s\nset back: %s\n", is_new(fileno(old)) ? "new" : "old", is_new(fileno(fresh)) ? "new" : "old");
  return 0;
}

static uint64_t state;
static uint32_t random32(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(state >> 33);
}

static void seal(uint8_t *blob, size_t size) {
  struct or_policy_header header;
  if (size < sizeof header) return;
  memcpy(&header, blob, sizeof header);
  size_t body = header.signature_offset && header.signature_offset <= size ? header.signature_offset : size;
  if (body < sizeof header) return;
  header.crc32 = 0;
  uint32_t crc = crc32_of(0, &header, sizeof header);
  header.crc32 = crc32_of(crc, blob + sizeof header, body - sizeof header);
  memcpy(blob, &header, sizeof header);
}

/* Most mutations get their checksum right again, or none would come past it. */
static size_t mutate(uint8_t *blob, size_t size) {
  for (unsigned changes = 1 + random32() % 4; changes; changes--) {
    size_t at = random32() % 4 ? random32() % (size < 400 ? size : 400) : random32() % size;
    switch (random32() % 5) {
      case 0: blob[at] ^= (uint8_t)(1u << random32() % 8); break;
      case 1: blob[at] = (uint8_t)random32(); break;
      case 2: blob[at] = random32() % 2 ? 0xff : 0; break;
      case 3: if (at + 4 <= size) memcpy(blob + at, &(uint32_t){random32() % 2 ? random32() : random32() % 512}, 4); break;
      default: if (random32() % 8 == 0 && size > 112) size -= random32() % (size - 105); break;
    }
  }
  if (random32() % 8) {
    if (size >= 12) memcpy(blob + 8, &(uint32_t){(uint32_t)size}, 4);
    seal(blob, size);
  }
  return size;
}

static void decide_some(const uint8_t *blob) {
  static const char *const texts[] = {"", "/", "/bin/sh", "/tmp/a/b/c", "@x", "memfd_create", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"};
  for (int kind = 0; kind < OR_KINDS; kind++)
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
      struct act act = {.kind = (enum or_kind)kind, .program = texts[(i + 1) % 7], .target = texts[i], .family = (uint8_t)(i % 7), .proto = (uint8_t)(i * 3), .port = (uint16_t)random32()};
      if (random32() % 2) act.name = act.sha256 = texts[(i + 2) % 7];
      for (unsigned j = 0; j < 16; j++) act.addr[j] = (uint8_t)random32();
      if (policy_decide(blob, &act).verdict >= OR_VERDICTS) abort();
    }
}

static int fuzz(int count, char **paths, int path_count) {
  int accepted = 0;
  for (int i = 0; i < count; i++) {
    size_t size;
    uint8_t *blob = read_whole(paths[i % path_count], &size);
    if (size > 1 << 15 || size == 0) { /* large ones are slow to check, and no different */
      free(blob);
      continue;
    }
    size = mutate(blob, size);
    uint8_t *exact = malloc(size ? size : 1);
    memcpy(exact, blob, size);
    free(blob);
    if (!policy_check(exact, size)) {
      accepted++;
      decide_some(exact);
    }
    free(exact);
  }
  printf("%d accepted\n", accepted);
  return 0;
}

static int filter(int32_t first, int32_t last) {
  static const char *const tests[] = {"TRAP", "TRAP_WRITABLE", "TRAP_ADDRESSED", "TRAP_SOCKET", "TRAP_NAMESPACES", "TRAP_EVERYBODY", "GUARD", "GUARD_BOTH", "TRAP_SETS_ID", "TRAP_AND_GUARD"};
  _Static_assert(TRAP_AND_GUARD == 9, "names in the order of enum trap_test");
  static struct sock_filter code[FILTER_MAX];
  unsigned length = filter_build(code, &(struct pid_range){first, last}, 1, false);
  for (unsigned i = 0; i < trap_count; i++)
    printf("trap %d %s %u %s\n", traps[i].number, tests[traps[i].test], traps[i].argument, traps[i].name);
  for (unsigned i = 0; i < length; i++) printf("%u %u %u %u\n", code[i].code, code[i].jt, code[i].jf, code[i].k);
  return 0;
}

static int base64(const char *word) {
  uint8_t out[64];
  long length = base64_decode(word, out, sizeof out);
  printf("%ld ", length);
  for (long i = 0; i < length; i++) printf("%02x", out[i]);
  printf("\n");
  return 0;
}

static int number(const char *word) {
  uint64_t value = 0;
  const char *p = word;
  bool ok = parse_number(&p, &value);
  printf("%d %llu [%s]\n", ok, (unsigned long long)value, p);
  return 0;
}

static int names(const char *path, uint64_t now) {
  unsigned family;
  char text[40];
  while (scanf("%u %39s", &family, text) == 2) {
    uint8_t address[16] = {0};
    struct names *found = malloc(sizeof *found); /* so that a write past its end is seen */
    for (unsigned i = 0; i < 16 && text[2 * i] && text[2 * i + 1]; i++) {
      unsigned byte;
      sscanf(text + 2 * i, "%2x", &byte);
      address[i] = (uint8_t)byte;
    }
    names_read(path, (uint8_t)family, address, now, found);
    printf("%d", (int)found->reader);
    for (unsigned i = 0; i < found->count; i++) printf(" %s", found->name[i]);
    printf("\n");
    free(found);
  }
  return 0;
}

static int words(size_t size, char **word) {
  char *buffer = malloc(size);
  struct text out = {buffer, size, 0, false};
  buffer[0] = 0;
  for (; *word; word++) text_add(&out, *word);
  printf("%d [%s]\n", out.cut, buffer);
  free(buffer);
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  if (!strcmp(argv[1], "verdict")) return verdicts(argv[2]);
  if (!strcmp(argv[1], "base64")) return base64(argv[2]);
  if (!strcmp(argv[1], "new")) return news();
  if (!strcmp(argv[1], "number")) return number(argv[2]);
  if (argc < 4) return 2;
  if (!strcmp(argv[1], "names")) return names(argv[2], strtoull(argv[3], NULL, 10));
  if (!strcmp(argv[1], "text")) return words((size_t)atol(argv[2]), argv + 3);
  if (!strcmp(argv[1], "filter")) return filter(atoi(argv[2]), atoi(argv[3]));
  state = (uint64_t)atol(argv[2]);
  return argc > 4 ? fuzz(atoi(argv[3]), argv + 4, argc - 4) : 2;
}
