/* refresh_source.h: asks SSM or S3 for the policy. For the process refresh.c makes for it: it waits. */
#ifndef OUTRIDER_REFRESH_SOURCE_H
#define OUTRIDER_REFRESH_SOURCE_H
#include <stddef.h>
#include <stdint.h>

#include "policy.h"
#include "refresh_http.h"

#define SOURCE_NAME_BYTES 1100 /* an S3 key has 1024 bytes, an SSM parameter's name or ARN 1011 */

enum source_kind { SOURCE_SSM, SOURCE_S3 };

struct source_name { /* of OUTRIDER_POLICY_SOURCE */
  enum source_kind kind;
  char bucket[64];
  char key[SOURCE_NAME_BYTES]; /* of the object, or the parameter's name with its first '/' */
};

enum fetched { FETCHED_POLICY, FETCHED_SAME, FETCHED_NOTHING };

struct fetch {
  char etag[HTTP_ETAG_BYTES]; /* in: of the object we have, "" for none; out: of what came */
  uint8_t *room;              /* OR_POLICY_MAX_BYTES */
  size_t size;                /* of what came */
  char wrong[256];            /* FETCHED_NOTHING: why */
};

/* "ssm:/name" or "s3://bucket/key". False: neither. */
bool source_parse(const char *text, struct source_name *name);

enum fetched source_fetch(char **environment, const struct source_name *name, struct fetch *fetch);

#endif
