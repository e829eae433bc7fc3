/* alert_only.h: the fleet's switch for the night something goes wrong: while it is on, nothing is stopped, whatever the
 * policies say, and everything is told as before. Little-endian; outrider/policy/switch.py writes it.
 *
 *   header (48 bytes) | text, UTF-8: who and why | [64-byte Ed25519 signature over all that precedes it]
 *
 * It lies beside the policy and is taken by the same rules: with --key only when that key signed it, and never one with a
 * lower counter than the last one taken. */
#ifndef OUTRIDER_ALERT_ONLY_H
#define OUTRIDER_ALERT_ONLY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OR_SWITCH_MAGIC "OUTRSWI1"
#define OR_SWITCH_FILE "alert-only.switch"
#define OR_SWITCH_ON 1u /* flags */
#define OR_SWITCH_TEXT 512u

struct or_switch { /* 48 bytes */
  char magic[8];
  uint32_t total_size; /* of the file, signature included */
  uint32_t flags;
  uint64_t counter; /* of the switch, not of any policy */
  uint64_t until;   /* seconds since the epoch: then it is off by itself; 0: no such end */
  uint32_t text_size;
  uint32_t signed_; /* 1: a signature follows the text */
  uint64_t reserved; /* 0 */
};
_Static_assert(sizeof(struct or_switch) == 48, "switch layout");

/* NULL when `size` bytes are a switch; `key_base64` NULL: no signature is asked for. */
const char *switch_check(const void *bytes, size_t size, const char *key_base64);

/* Reads the file beside the policy at `policy_path`. NULL: it is taken, or there is none and never was (then *told is
 * false); else what is wrong with it, and what was in force stays. */
const char *switch_load(const char *policy_path, const char *key_base64, bool *told);

/* Whether it is on now. */
bool alert_only(void);
/* Who and why, of the last one taken; "" when there was none. */
const char *alert_only_text(void);

#endif
