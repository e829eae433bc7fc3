/* policy_find.h: the policy a function starts with. The wrapper and the extension look for it in the same places:
 * OUTRIDER_POLICY (base64, or file:PATH), ROOT/policy/function.policy of a second layer, and what comes with ours, by
 * OUTRIDER_MODE. */
#ifndef OUTRIDER_POLICY_FIND_H
#define OUTRIDER_POLICY_FIND_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy.h"

#define OUTRIDER_ROOT_DEFAULT "/opt/outrider" /* OUTRIDER_ROOT in the environment names another, for tests */
#define POLICY_PATH_BYTES 512                 /* of ROOT and of file: names: longer ones are refused */
#define POLICY_ENV_CHARACTERS 2048            /* of OUTRIDER_POLICY: all of a function's variables have 4 KB */

struct found_policy {
  const char *wrong;            /* NULL: there is a policy. Else why there is none: then nothing of ours may start */
  const char *where; /* for OUTRIDER_GUARD: "env", or the absolute path of the file; the one looked at, if wrong */
  bool builtin;      /* one of those that come with the layer: trusted without a signature, as the layer is */
  size_t size;                  /* of the blob in `room` */
  char path[POLICY_PATH_BYTES]; /* behind `where` */
};

/* Looks, checks, verifies; the blob is then in `room`, which is aligned to 8. No heap, no lock. A policy that is there
 * and wrong is never replaced by another: what its author meant to forbid would be allowed. */
void policy_find(char **environment, uint8_t room[OR_POLICY_MAX_BYTES], struct found_policy *found);

/* NULL when `size` bytes at `blob` may be used: policy_check(), and the signature when `key_base64` is not NULL. */
const char *policy_accept(const uint8_t *blob, size_t size, const char *key_base64);

/* One file into `room`, accepted as above: $OUTRIDER_DIR/policy.<generation>, or any other. NULL, or what is wrong. */
const char *policy_read(const char *path, const char *key_base64, uint8_t room[OR_POLICY_MAX_BYTES], size_t *size);

/* Value of `name` in `environment`; NULL when it is not there, or is empty. */
const char *environment_value(char **environment, const char *name);

#endif
