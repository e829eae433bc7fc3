#include "refresh_sign.h"

#include <string.h>

#include "../sha256.h"

#define BLOCK 64 /* of SHA-256: what HMAC pads a key to, or hashes it if it is longer */
#define CANONICAL_BYTES 16384 /* session tokens are the longest part, 1 to 2 KB */

static void sha256_of(const void *first, size_t first_length, const void *second, size_t second_length,
                      uint8_t out[32]) {
  struct sha256 hash;
  sha256_begin(&hash);
  sha256_add(&hash, first, first_length);
  sha256_add(&hash, second, second_length);
  sha256_end(&hash, out);
}

void sha256_hex(const void *bytes, size_t length, char out[65]) {
  uint8_t digest[32];
  struct text hex = {out, 65, 0, false};
  sha256_of(bytes, length, "", 0, digest);
  text_hex(&hex, digest, sizeof digest);
}

/* RFC 2104. `out` may be `key`. */
static void hmac(const uint8_t *key, size_t key_length, const char *word, uint8_t out[32]) {
  uint8_t inner[BLOCK] = {0}, outer[BLOCK], digest[32];
  if (key_length > BLOCK) sha256_of(key, key_length, "", 0, inner);
  else memcpy(inner, key, key_length);
  for (size_t i = 0; i < BLOCK; i++) {
    outer[i] = inner[i] ^ 0x5c;
    inner[i] ^= 0x36;
  }
  sha256_of(inner, BLOCK, word, strlen(word), digest);
  sha256_of(outer, BLOCK, digest, sizeof digest, out);
}

static void add_names(struct text *out, const struct signing *request) {
  for (size_t i = 0; i < request->header_count; i++) {
    if (i) text_add(out, ";");
    text_add(out, request->headers[i].name);
  }
}

static void add_scope(struct text *out, const struct signing *request) {
  text_bytes(out, request->time, 8);
  text_add(out, "/");
  text_add(out, request->region);
  text_add(out, "/");
  text_add(out, request->service);
  text_add(out, "/aws4_request");
}

static bool canonical_hash(const struct signing *request, char out[65]) {
  TEXT(canonical, CANONICAL_BYTES);
  const char *const head[] = {request->method, "\n", request->path, "\n", request->query, "\n"};
  for (size_t i = 0; i < sizeof head / sizeof *head; i++) text_add(&canonical, head[i]);
  for (size_t i = 0; i < request->header_count; i++) {
    text_add(&canonical, request->headers[i].name);
    text_add(&canonical, ":");
    text_add(&canonical, request->headers[i].value);
    text_add(&canonical, "\n");
  }
  text_add(&canonical, "\n");
  add_names(&canonical, request);
  text_add(&canonical, "\n");
  text_add(&canonical, request->payload_hash);
  sha256_hex(canonical.buffer, canonical.length, out);
  return !canonical.cut;
}

static bool signing_key(const struct signing *request, const char *secret, uint8_t key[32]) {
  TEXT(first, 512);
  TEXT(day, 9);
  text_add(&first, "AWS4");
  text_add(&first, secret);
  text_bytes(&day, request->time, 8);
  hmac((const uint8_t *)first.buffer, first.length, day.buffer, key);
  hmac(key, 32, request->region, key);
  hmac(key, 32, request->service, key);
  hmac(key, 32, "aws4_request", key);
  return !first.cut;
}

bool sign_request(const struct signing *request, const struct credentials *credentials, struct text *authorization) {
  char hash[65];
  uint8_t key[32], signature[32];
  TEXT(to_sign, 1024);
  if (strlen(request->time) != SIGN_TIME_BYTES - 1 || !canonical_hash(request, hash)) return false;
  text_add(&to_sign, "AWS4-HMAC-SHA256\n");
  text_add(&to_sign, request->time);
  text_add(&to_sign, "\n");
  add_scope(&to_sign, request);
  text_add(&to_sign, "\n");
  text_add(&to_sign, hash);
  if (to_sign.cut || !signing_key(request, credentials->secret_key, key)) return false;
  hmac(key, sizeof key, to_sign.buffer, signature);
  text_add(authorization, "AWS4-HMAC-SHA256 Credential=");
  text_add(authorization, credentials->access_key);
  text_add(authorization, "/");
  add_scope(authorization, request);
  text_add(authorization, ", SignedHeaders=");
  add_names(authorization, request);
  text_add(authorization, ", Signature=");
  text_hex(authorization, signature, sizeof signature);
  return !authorization->cut;
}
