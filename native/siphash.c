#include "siphash.h"

#include <string.h>

#define ROTATE(x, b) (((x) << (b)) | ((x) >> (64 - (b))))
#define ROUND                                                                                         \
  (v0 += v1, v1 = ROTATE(v1, 13), v1 ^= v0, v0 = ROTATE(v0, 32), v2 += v3, v3 = ROTATE(v3, 16), v3 ^= v2, \
   v0 += v3, v3 = ROTATE(v3, 21), v3 ^= v0, v2 += v1, v1 = ROTATE(v1, 17), v1 ^= v2, v2 = ROTATE(v2, 32))

uint64_t siphash(const uint64_t key[2], uint64_t chain, const void *bytes, size_t length) {
  uint64_t k0 = key[0] ^ chain, k1 = key[1], word;
  uint64_t v0 = k0 ^ 0x736f6d6570736575u, v1 = k1 ^ 0x646f72616e646f6du, v2 = k0 ^ 0x6c7967656e657261u, v3 = k1 ^ 0x7465646279746573u;
  const uint8_t *p = bytes;
  size_t left = length;
  for (; left >= 8; left -= 8, p += 8) {
    memcpy(&word, p, 8);
    v3 ^= word;
    ROUND, ROUND;
    v0 ^= word;
  }
  word = (uint64_t)length << 56;
  memcpy(&word, p, left);
  v3 ^= word;
  ROUND, ROUND;
  v0 ^= word;
  v2 ^= 0xff;
  ROUND, ROUND, ROUND, ROUND;
  return v0 ^ v1 ^ v2 ^ v3;
}
