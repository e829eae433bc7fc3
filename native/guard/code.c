#include "code.h"

#include <string.h>

#define NEAR 96u /* bytes of code between what a wrapper of mmap looks at first and its system call */

#if defined(__x86_64__)

size_t code_pad(const uint8_t *entry) { return memcmp(entry, "\xf3\x0f\x1e\xfa", 4) == 0 ? 4 : 0; /* endbr64 */ }

size_t code_jump(uintptr_t at, uintptr_t to, uint8_t out[JUMP_MAX], size_t room) {
  int64_t distance = (int64_t)(to - (at + 5));
  if (distance == (int32_t)distance && room >= 5) {
    int32_t near = (int32_t)distance;
    out[0] = 0xe9;
    memcpy(out + 1, &near, 4);
    return 5;
  }
  if (room < 14) return 0;
  memcpy(out, "\xff\x25\0\0\0\0", 6); /* jmp *0(%rip) */
  memcpy(out + 6, &to, 8);
  return 14;
}

/* The size of a ModRM byte and what follows it, when it names registers or memory by the stack pointer; 0: by %rip, or not
 * known here. */
static size_t operand(const uint8_t *p) {
  unsigned mod = p[0] >> 6, rm = p[0] & 7;
  if (mod == 3) return 1;
  if (mod == 0 && rm == 5) return 0;
  size_t size = rm == 4 ? 2 : 1;
  if (mod == 0 && rm == 4 && (p[1] & 7) == 5) return size + 4;
  return size + (mod == 1 ? 1 : mod == 2 ? 4 : 0);
}

/* One instruction of those that functions begin with, none of which depends on where it is. 0: another. */
static size_t instruction(const uint8_t *p) {
  size_t prefix = 0;
  bool wide = false;
  if (p[0] == 0x64) prefix = 1; /* %fs: the stack protector's word */
  if ((p[prefix] & 0xf0) == 0x40) wide = p[prefix++] & 8; /* REX, and its W */
  const uint8_t *op = p + prefix;
  if (op[0] >= 0x50 && op[0] <= 0x5f) return prefix + 1;            /* push, pop */
  if (op[0] >= 0xb8 && op[0] <= 0xbf) return prefix + (wide ? 9 : 5); /* mov $, reg */
  size_t size = operand(op + 1);
  if (!size || (op[0] == 0x8d && op[1] >= 0xc0) || (op[0] == 0xc7 && op[1] & 0x38)) return 0; /* no lea; xbegin */
  switch (op[0]) {
    case 0x01: case 0x09: case 0x21: case 0x29: case 0x31: case 0x33: case 0x39: case 0x3b: case 0x63:
    case 0x85: case 0x88: case 0x89: case 0x8a: case 0x8b: case 0x8d: return prefix + 1 + size; /* add .. lea */
    case 0x83: case 0xc0: case 0xc1: return prefix + 1 + size + 1;      /* with a byte */
    case 0x81: case 0xc7: return prefix + 1 + size + 4;                 /* with a word */
    default: return 0;
  }
}

size_t code_movable(const uint8_t *code, size_t need) {
  size_t length = 0;
  while (length < need) {
    size_t size = instruction(code + length);
    if (!size) return 0;
    length += size;
  }
  return length;
}

/* The wrapper begins by looking whether the offset is one of whole pages; the loader has other calls, with constants. */
uintptr_t code_find_mmap(uintptr_t start, uintptr_t end, size_t *length) {
  static const uint8_t check[7] = {0x41, 0xf7, 0xc1, 0xff, 0x0f, 0, 0}; /* test $0xfff, %r9d */
  static const uint8_t call[7] = {0xb8, 9, 0, 0, 0, 0x0f, 0x05};        /* mov $9, %eax; syscall */
  const uint8_t *at = (const uint8_t *)start, *last = (const uint8_t *)end - NEAR - sizeof call;
  uintptr_t found = 0;
  *length = sizeof call;
  while (at < last && (at = memchr(at, check[0], (size_t)(last - at)))) {
    bool wrapper = memcmp(at, check, sizeof check) == 0;
    for (size_t i = 0; wrapper && i < NEAR; i++) {
      if (memcmp(at + i, call, sizeof call) != 0) continue;
      if (found) return 0;
      found = (uintptr_t)(at + i);
      break;
    }
    at++;
  }
  return found;
}

#else

static uint32_t word_at(const void *p) {
  uint32_t word;
  memcpy(&word, p, 4);
  return word;
}

size_t code_pad(const uint8_t *entry) {
  uint32_t word = word_at(entry);
  return (word & 0xffffff3f) == 0xd503241f ? 4 : 0; /* bti, bti c, bti j, bti jc */
}

size_t code_jump(uintptr_t at, uintptr_t to, uint8_t out[JUMP_MAX], size_t room) {
  int64_t distance = (int64_t)(to - at);
  if (distance >= -(1 << 27) && distance < 1 << 27 && room >= 4) {
    uint32_t branch = 0x14000000u | ((uint32_t)(distance >> 2) & 0x03ffffffu);
    memcpy(out, &branch, 4);
    return 4;
  }
  if (room < 16) return 0;
  const uint32_t load[2] = {0x58000050, 0xd61f0200}; /* ldr x16, 8; br x16 */
  memcpy(out, load, 8);
  memcpy(out + 8, &to, 8);
  return 16;
}

/* Instructions that functions begin with, none of which depends on where it is. */
static bool movable(uint32_t word) {
  return (word & 0xffc00000) == 0xa9800000 || (word & 0xffc00000) == 0xa9000000 /* stp */
         || (word & 0x7f800000) == 0x51000000 || (word & 0x7f800000) == 0x11000000 /* sub, add with a number */
         || (word & 0x7f800000) == 0x52800000 || (word & 0x7f800000) == 0x12800000 /* movz, movn */
         || (word & 0x7fe0ffe0) == 0x2a0003e0                                       /* mov register */
         || word == 0xd503233f || word == 0xd503237f || word == 0xd503201f;         /* paciasp, pacibsp, nop */
}

size_t code_movable(const uint8_t *code, size_t need) {
  size_t length = 0;
  for (; length < need; length += 4)
    if (!movable(word_at(code + length))) return 0;
  return length;
}

uintptr_t code_find_mmap(uintptr_t start, uintptr_t end, size_t *length) {
  uintptr_t found = 0;
  *length = 4;
  for (uintptr_t at = start; at + NEAR + 8 <= end; at += 4) {
    bool wrapper = word_at((const void *)at) == 0xf2402cbf; /* tst x5, #0xfff: an offset of whole pages? */
    for (size_t i = 4; wrapper && i < NEAR; i += 4) {
      const uint8_t *next = (const uint8_t *)at + i;
      if (word_at(next) != 0xd2801bc8 || word_at(next + 4) != 0xd4000001) continue; /* mov x8, #222; svc #0 */
      if (found) return 0;
      found = (uintptr_t)next + 4;
      break;
    }
  }
  return found;
}

#endif
