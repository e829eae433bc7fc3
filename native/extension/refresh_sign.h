/* refresh_sign.h: AWS Signature Version 4 of one request. Pure. */
#ifndef OUTRIDER_REFRESH_SIGN_H
#define OUTRIDER_REFRESH_SIGN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

#define SIGN_TIME_BYTES 17 /* "20150830T123600Z" */

struct credentials {
  const char *access_key, *secret_key;
  const char *token; /* NULL: none */
};

struct signed_header {
  const char *name; /* lower case */
  const char *value;
};

struct signing {
  const char *method;
  const char *path;  /* as it is sent, percent-encoded */
  const char *query; /* as it is sent: names sorted, percent-encoded; "" for none */
  const struct signed_header *headers; /* all of these are signed; sorted by name, values trimmed */
  size_t header_count;
  const char *payload_hash; /* hex */
  const char *region, *service;
  const char *time; /* SIGN_TIME_BYTES */
};

/* Hex of a SHA-256, 64 characters and a NUL. */
void sha256_hex(const void *bytes, size_t length, char out[65]);

/* The value of the Authorization header. False: something is too long. */
bool sign_request(const struct signing *request, const struct credentials *credentials, struct text *authorization);

#endif
