/* sha256.h: FIPS 180-4. */
#ifndef OUTRIDER_SHA256_H
#define OUTRIDER_SHA256_H
#include <stddef.h>
#include <stdint.h>

struct sha256 {
  uint32_t state[8];
  uint64_t length;
  uint8_t block[64];
  void (*blocks)(uint32_t state[8], const uint8_t *bytes, size_t count); /* the quickest way this processor has */
};

void sha256_begin(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *bytes, size_t length);
void sha256_end(struct sha256 *hash, uint8_t out[32]);

#endif
