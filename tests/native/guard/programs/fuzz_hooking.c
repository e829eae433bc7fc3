/* fuzz_hooking SEED ROUNDS | fuzz_hooking SEED ROUNDS code: what hooking reads that is not ours, with sanitizers: machine
 * code, Node's notes, Python's objects. With `code` it prints what code_movable() takes for whole instructions that mean
 * the same anywhere, as "HEX LENGTH" lines, for a disassembler to judge. */
#include <stdio.h>
#include <stdlib.h>

#include "guard/attribution.h"
#include "guard/code.h"
#include "sys.h"
#include "text.h"

#define NEED 16u
#define LONGEST 15u /* bytes of one instruction: so far code_movable() may look beyond what it needs */

static uint64_t state;
static uint64_t roll(uint64_t below) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (state >> 11) % below;
}

static void must(bool holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "%s\n", what);
  abort();
}

static void fill(uint8_t *out, size_t size) {
  static const uint8_t common[] = {0x55, 0x48, 0x89, 0xe5, 0x83, 0xec, 0x64, 0x41, 0x49, 0xb8, 0x4c, 0x8d, 0x81, 0xc7, 0x31,
                                   0xc0, 0x53, 0x85, 0x24, 0x04, 0x25, 0x28, 0x05, 0xf8, 0x3f, 0x23, 0x03, 0xd5, 0xfd, 0xa9};
  for (size_t i = 0; i < size; i++) out[i] = roll(4) ? common[roll(sizeof common)] : (uint8_t)roll(256);
}

static void movable(bool tell) {
  size_t need = 1 + roll(NEED);
  uint8_t *code = malloc(need + LONGEST);
  fill(code, need + LONGEST);
  size_t length = code_movable(code, need);
  must(length == 0 || (length >= need && length < need + LONGEST), "more than whole instructions");
  for (size_t i = 0; tell && length && i < need + LONGEST; i++) printf("%02x", code[i]);
  if (tell && length) printf(" %zu\n", length);
  must(code_pad(code) <= 4, "a pad of more than four bytes");
  free(code);
}

static void jump(void) {
  size_t room = roll(JUMP_MAX + 1);
  uint8_t *out = malloc(JUMP_MAX);
  uintptr_t at = roll(1ull << 40) * 4, to = roll(2) ? at + (roll(1u << 24) - (1u << 23)) * 4 : roll(1ull << 40) * 4, said;
  memset(out, 0xaa, JUMP_MAX);
  size_t size = code_jump(at, to, out, room);
  must(size <= room, "a jump larger than its room");
  for (size_t i = size; i < JUMP_MAX; i++) must(out[i] == 0xaa, "a byte behind the jump");
  if (size == 5 && out[0] == 0xe9) {
    int32_t near;
    memcpy(&near, out + 1, 4);
    must(at + 5 + (uintptr_t)(intptr_t)near == to, "a near jump that leads elsewhere");
  } else if (size > 8) {
    memcpy(&said, out + size - 8, 8);
    must(said == to, "a far jump that leads elsewhere");
  }
  free(out);
}

static void loader(void) {
  static const uint8_t check[] = {0x41, 0xf7, 0xc1, 0xff, 0x0f, 0, 0}, call[] = {0xb8, 9, 0, 0, 0, 0x0f, 0x05};
  size_t size = 8 + roll(600) / 4 * 4, length = 0;
  uint8_t *code = malloc(size);
  fill(code, size);
  for (uint64_t n = roll(4); n; n--) {
    size_t at = roll(size);
    if (at + sizeof check <= size) memcpy(code + at, check, sizeof check);
    at += 7 + roll(100);
    if (at + sizeof call <= size) memcpy(code + at, call, sizeof call);
  }
  uintptr_t found = code_find_mmap((uintptr_t)code, (uintptr_t)code + size, &length);
  must(!found || (found >= (uintptr_t)code && found + length <= (uintptr_t)code + size), "a call that lies outside");
  free(code);
}

static void note(void) {
  char text[1200] = NODE_NOTE, found[ATTRIBUTION_BYTES];
  static const char marks[] = "=.+\t\t/ax";
  size_t length = strlen(text), more = roll(2) ? roll(12) : roll(1100);
  for (size_t i = 0; i < more; i++) text[length++] = i < 2 || !roll(30) ? marks[roll(sizeof marks - 1)] : (char)(1 + roll(255));
  text[length] = 0;
  char *exact = strdup(text);
  must(node_note(exact), "a note that was not swallowed");
  const char *tab = strchr(exact, '\t');
  if (exact[sizeof NODE_NOTE - 1] == '+' && tab) {
    char *key = strndup(exact + sizeof NODE_NOTE, (size_t)(tab - exact) - sizeof NODE_NOTE);
    must(node_find(key, found) && strlen(found) < sizeof found && strncmp(found, tab + 1, strlen(found)) == 0, "a note that is lost");
    free(key);
  }
  struct act act = {.kind = OR_WRITE, .target = exact, .family = (uint8_t)roll(8), .name = roll(2) ? exact : NULL};
  const char *whose = attribution_of(&act);
  must(!whose || strlen(whose) < ATTRIBUTION_BYTES, "an attribution that is too long");
  free(exact);
}

/* A thread state, its frames, their code and its names, of words that lead to one another, nowhere, or outside. */
static uint64_t heap[512];
static void *thread(void) { return roll(50) ? &heap[roll(64)] : NULL; }
static int line(void *code, int offset) { return (void)code, offset; }
static int ending(void) { return roll(50) == 0; }

static void objects(void) {
  static const uint32_t kinds[] = {1 << 2 | 3 << 5, 1 << 2 | 1 << 5, 2 << 2 | 1 << 5, 4 << 2 | 1 << 5, 0, 0xffffffff};
  uint64_t type = (uint64_t)(uintptr_t)&heap[511];
  for (size_t i = 0; i < 512; i++) {
    uint64_t what = roll(20);
    heap[i] = what < 11 ? (uint64_t)(uintptr_t)&heap[roll(480)] | (what == 0) : what < 14 ? type : what < 16 ? roll(300)
              : what < 18 ? 0x2f6b7361742f7261 : roll(1ull << 47);
  }
  for (size_t i = 0; i < 512; i += 16) {
    heap[i + 1] = type;
    heap[i + 2] = roll(8) ? roll(400) : roll(1ull << 40);
    memcpy(&heap[i + 4], &kinds[roll(6)], 4);
  }
  must(frames_describe(8 + (unsigned)roll(7), thread, line, ending), "a version that is not known");
  char *top = malloc(64);
  size_t size = 8 + roll(57);
  frames_verify(&heap[16 * roll(30)], (int)roll(3), roll(2) ? "/var/task/a.py" : "");
  if (frames_top(top, (uint32_t)size)) must(strlen(top) < size, "a name that is too long");
  free(top);
  const char *whose = attribution();
  must(!whose || strlen(whose) < ATTRIBUTION_BYTES, "an attribution that is too long");
}

/* One frame as the interpreter lays it out (3.13), so that what follows is read as Python's; then anything. */
static void verified(void) {
  static uint64_t state_of[16], frame[16], code[32], name[16];
  memset(name, 0, sizeof name);
  uint64_t type = (uint64_t)(uintptr_t)heap + 511 * 8;
  name[2] = 14, name[4] = 1 << 2 | 3 << 5;
  memcpy(&name[5], "/var/task/a.py", 14);
  code[1] = type, code[14] = code[15] = (uint64_t)(uintptr_t)name;
  frame[0] = (uint64_t)(uintptr_t)code, frame[7] = (uint64_t)(uintptr_t)code + 200 + 12;
  state_of[9] = (uint64_t)(uintptr_t)frame;
  static void *known;
  known = state_of;
  void *at(void) { return known; }
  must(frames_describe(13, at, line, NULL) && frames_verify(code, 12, "/var/task/a.py"), "a frame that is not read");
  must(frames_verified() && strcmp(attribution(), "/var/task/a.py:12 /var/task/a.py") == 0, "not what the frame says");
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  state = strtoull(argv[1], NULL, 10) * 2654435761u + 88172645463325252ull;
  bool tell = argc > 3;
  for (long n = atol(argv[2]); n; n--) {
    movable(tell);
    if (tell) continue;
    jump();
    loader();
    note();
  }
  if (!tell) verified();
  for (long n = atol(argv[2]); n && !tell; n--) objects();
  if (!tell) puts("sound");
  return 0;
}
