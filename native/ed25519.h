/* ed25519.h: signature verification (RFC 8032), by Zig's standard library: see ed25519.zig. */
#ifndef OUTRIDER_ED25519_H
#define OUTRIDER_ED25519_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether `signature` is of the message, or, of one that says so (OR_SIGNED_DIGEST), of its digest. */
bool outrider_ed25519_verify_digest(const uint8_t key[32], const uint8_t *message, size_t length, const uint8_t signature[64]);
bool outrider_ed25519_verify(const uint8_t key[32], const uint8_t *message, size_t length, const uint8_t signature[64]);

#endif
