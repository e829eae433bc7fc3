/* siphash.h: SipHash-2-4. */
#ifndef OUTRIDER_SIPHASH_H
#define OUTRIDER_SIPHASH_H
#include <stddef.h>
#include <stdint.h>

/* `chain`: what came before, 0 at first. Whoever does not know the key cannot find two inputs that give the same. */
uint64_t siphash(const uint64_t key[2], uint64_t chain, const void *bytes, size_t length);

#endif
