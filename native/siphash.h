/* siphash.h: SipHash-2-4, a keyed hash: who does not know the key cannot make two inputs that look the same. */
#ifndef OUTRIDER_SIPHASH_H
#define OUTRIDER_SIPHASH_H
#include <stddef.h>
#include <stdint.h>

/* `chain`: the hash of what came before, 0 at first. */
uint64_t siphash(const uint64_t key[2], uint64_t chain, const void *bytes, size_t length);

#endif
