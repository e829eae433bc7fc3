/* sha256.c: see sha256.h. By the processor's own instructions where it has them, which is seven times as fast. */
#include "sha256.h"

#include <string.h>

_Alignas(16) static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t x, unsigned bits) { return x >> bits | x << (32 - bits); }

static void plain_blocks(uint32_t state[8], const uint8_t *p, size_t count) {
  for (; count; count--, p += 64) {
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++) w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 | (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
    for (int i = 16; i < 64; i++) {
      uint32_t a = w[i - 15], b = w[i - 2];
      w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] + (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
    }
    for (int i = 0; i < 8; i++) s[i] = state[i];
#define AT(n) s[((n) - i) & 7] /* the letters a to h move on by one each round */
    for (int i = 0; i < 64; i++) {
      uint32_t a = AT(0), e = AT(4);
      uint32_t one = AT(7) + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & AT(5)) ^ (~e & AT(6))) + constants[i] + w[i];
      AT(3) += one;
      AT(7) = one + (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & AT(1)) ^ (a & AT(2)) ^ (AT(1) & AT(2)));
    }
#undef AT
    for (int i = 0; i < 8; i++) state[i] += s[i];
  }
}

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

/* Intel SDM, CPUID leaf 1 ECX bits 9 and 19, leaf 7 EBX bit 29: SSSE3, SSE4.1, SHA. */
static int has_instructions(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 9 & 1) || !(c >> 19 & 1)) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && b >> 29 & 1;
}

__attribute__((target("sha,sse4.1,ssse3"))) static void quick_blocks(uint32_t state[8], const uint8_t *p, size_t count) {
  const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xb1);
  __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1b);
  __m128i abef = _mm_alignr_epi8(low, high, 8), cdgh = _mm_blend_epi16(high, low, 0xf0);
  for (; count; count--, p += 64) {
    __m128i w[4], first = abef, second = cdgh;
    for (unsigned i = 0; i < 16; i++) { /* four words of the message, four rounds */
      __m128i word;
      if (i < 4) {
        word = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(p + 16 * i)), order);
      } else {
        __m128i before = w[(i - 1) % 4];
        word = _mm_add_epi32(_mm_sha256msg1_epu32(w[i % 4], w[(i - 3) % 4]), _mm_alignr_epi8(before, w[(i - 2) % 4], 4));
        word = _mm_sha256msg2_epu32(word, before);
      }
      w[i % 4] = word;
      __m128i with = _mm_add_epi32(word, _mm_load_si128((const __m128i *)(constants + 4 * i)));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, with);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(with, 0x0e));
    }
    abef = _mm_add_epi32(abef, first);
    cdgh = _mm_add_epi32(cdgh, second);
  }
  low = _mm_shuffle_epi32(abef, 0x1b);
  high = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(low, high, 0xf0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(high, low, 8));
}
#elif defined(__aarch64__)
#include <arm_neon.h>
#include <sys/auxv.h>

static int has_instructions(void) { return getauxval(AT_HWCAP) >> 6 & 1; /* HWCAP_SHA2 */ }

__attribute__((target("sha2"))) static void quick_blocks(uint32_t state[8], const uint8_t *p, size_t count) {
  uint32x4_t abcd = vld1q_u32(state), efgh = vld1q_u32(state + 4);
  for (; count; count--, p += 64) {
    uint32x4_t w[4], first = abcd, second = efgh;
    for (unsigned i = 0; i < 16; i++) {
      uint32x4_t word;
      if (i < 4) word = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(p + 16 * i)));
      else word = vsha256su1q_u32(vsha256su0q_u32(w[i % 4], w[(i - 3) % 4]), w[(i - 2) % 4], w[(i - 1) % 4]);
      w[i % 4] = word;
      uint32x4_t with = vaddq_u32(word, vld1q_u32(constants + 4 * i)), before = abcd;
      abcd = vsha256hq_u32(abcd, efgh, with);
      efgh = vsha256h2q_u32(efgh, before, with);
    }
    abcd = vaddq_u32(abcd, first);
    efgh = vaddq_u32(efgh, second);
  }
  vst1q_u32(state, abcd);
  vst1q_u32(state + 4, efgh);
}
#else
#error "sha256.c knows x86_64 and aarch64"
#endif

void sha256_begin(struct sha256 *hash) {
  static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  memcpy(hash->state, initial, sizeof initial);
  hash->length = 0;
  hash->blocks = has_instructions() ? quick_blocks : plain_blocks;
}

void sha256_add(struct sha256 *hash, const void *bytes, size_t length) {
  const uint8_t *p = bytes;
  size_t at = hash->length % sizeof hash->block;
  hash->length += length;
  if (at) {
    size_t piece = sizeof hash->block - at < length ? sizeof hash->block - at : length;
    memcpy(hash->block + at, p, piece);
    p += piece;
    length -= piece;
    if (at + piece == sizeof hash->block) hash->blocks(hash->state, hash->block, 1);
  }
  size_t whole = length / sizeof hash->block;
  if (whole) hash->blocks(hash->state, p, whole);
  memcpy(hash->block, p + whole * sizeof hash->block, length % sizeof hash->block);
}

void sha256_end(struct sha256 *hash, uint8_t out[32]) {
  uint8_t tail[72] = {0x80};
  uint64_t bits = hash->length * 8;
  size_t padding = (hash->length % 64 < 56 ? 56 : 120) - hash->length % 64;
  for (int i = 0; i < 8; i++) tail[padding + (size_t)i] = (uint8_t)(bits >> (56 - 8 * i));
  sha256_add(hash, tail, padding + 8);
  for (int i = 0; i < 32; i++) out[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}
