/* verdict.h: what a policy says of one act. Pure: bytes in, verdict out. */
#ifndef OUTRIDER_VERDICT_H
#define OUTRIDER_VERDICT_H
#include <stdbool.h>
#include <stddef.h>

#include "policy.h"

struct act {
  enum or_kind kind;
  const char *program; /* real path of the caller's executable */
  const char *target;  /* as struct or_rule.target; "" for network addresses */
  uint8_t family;      /* enum or_family; 0 unless kind is connect or bind */
  uint8_t proto;
  uint16_t port; /* host order */
  uint8_t addr[16];
  const char *name;   /* connect: the host name whose lookup answered the address, lower case; NULL: not known */
  uint32_t now;       /* seconds since the epoch; 0: not known, and then no rule that expires matches */
  const char *sha256; /* exec: of the file, lower-case hex; NULL: not known, and then no rule by hash matches */
  const char *remark; /* what else is to be said of it, or NULL */
  const char *arguments; /* exec: the words after the first, each with its NUL, as far as they were read */
  uint32_t arguments_size;
  bool arguments_whole; /* they are all: else only a rule that is stricter than what decides without it is taken */
  uint32_t traits;    /* what is told of it, and not decided by: an engine's own bits (traits.h) */
};

struct decision {
  enum or_verdict verdict; /* already lowered to alert where the mode says so */
  uint32_t rule;           /* id, 0: the default of the kind, or that of what is not among the programs */
  uint32_t place;          /* 1-based, of that rule in the order in which they are asked; 0 without one */
};

/* NULL when `size` bytes at `blob` are a policy that may be used, else what is wrong with them. The signature is
 * not looked at here. */
const char *policy_check(const void *blob, size_t size);

/* What a policy asks of whoever enforces it: 1u << kind for each kind it has rules of, and: */
#define OR_ASKS_NAMES (1u << 16)  /* connect rules by host name */
#define OR_ASKS_HASHES (1u << 17)   /* programs, exec rules by SHA-256, or OR_HASH_PROGRAMS: what is run is to be hashed */
#define OR_ASKS_PROGRAMS (1u << 18) /* programs */
#define OR_ASKS_READS (1u << 19)    /* read rules that do not only allow */
#define OR_ASKS_TIME (1u << 20)   /* rules that expire */
#define OR_ASKS_ARGUMENTS (1u << 21) /* exec rules about arguments */
uint32_t policy_asks(const void *blob);

/* `blob` has passed policy_check(); so for policy_asks(). */
struct decision policy_decide(const void *blob, const struct act *act);

/* False: `hex` is not 64 lower-case digits. */
bool hash_of_hex(const char *hex, uint8_t hash[OR_HASH_BYTES]);

/* False: an exec of what is none of the policy's programs. */
bool policy_is_of_image(const void *blob, const struct act *act);

/* True: what is said of this exec may hang on its arguments. */
bool policy_judges_arguments(const void *blob, const struct act *act);

/* Patterns of policy.h. At most (length of text) squared steps, whatever the pattern. */
bool pattern_matches(const char *pattern, const char *text);

uint32_t crc32_of(uint32_t crc, const void *bytes, size_t length);

#endif
