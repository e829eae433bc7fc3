/* policy.h: the compiled policy, version 1. Little-endian, no padding that is not named.
 *
 * One blob holds the policy of one container. Python writes it (outrider/policy/blob.py), the supervisor
 * maps it read-only and checks it whole before use: a blob that does not pass or_policy_check() is refused
 * and the one in force stays. tests/data/policy/ holds vectors both sides must agree on.
 *
 *   header | rules (48 bytes each) | strings | [64-byte Ed25519 signature over all that precedes it]
 */
#ifndef OUTRIDER_POLICY_H
#define OUTRIDER_POLICY_H
#include <stddef.h>
#include <stdint.h>

#define OR_POLICY_MAGIC "OUTRPOL1"
#define OR_POLICY_VERSION 1
#define OR_POLICY_MAX_BYTES (1u << 20) /* far above a large model; a cap for a file somebody else writes */
#define OR_POLICY_MAX_RULES 4096u      /* they are scanned in order: this bounds the worst verdict */
#define OR_PATTERN_MAX 1024u           /* bytes of one pattern, without its NUL */
#define OR_SIGNATURE_BYTES 64u

enum or_kind { OR_EXEC, OR_CONNECT, OR_BIND, OR_WRITE, OR_SYSCALL, OR_KINDS };
enum or_verdict { OR_ALLOW, OR_ALERT, OR_BLOCK, OR_VERDICTS };
enum or_mode { OR_MODE_ALERT, OR_MODE_BLOCK, OR_MODES };
enum or_family { OR_ANY_FAMILY = 0, OR_UNIX = 1, OR_INET = 4, OR_INET6 = 6 };
enum or_proto { OR_ANY_PROTO = 0, OR_TCP = 6, OR_UDP = 17 };

#define OR_REPORT_ALLOWED 1u /* header.flags: report what is allowed too (learning) */

struct or_policy_header { /* 72 bytes */
  char magic[8];
  uint32_t total_size; /* of the file, signature included */
  uint16_t version;
  uint16_t header_size; /* 72 */
  uint64_t counter;     /* of the document; an older one is refused (replay) */
  uint8_t id[16];       /* first half of SHA-256 of the canonical document: named in events */
  uint8_t mode;         /* enum or_mode: in alert mode every block verdict is an alert */
  uint8_t flags;
  uint8_t defaults[OR_KINDS]; /* enum or_verdict where no rule matches, by kind */
  uint8_t reserved;           /* 0 */
  uint32_t rule_count;
  uint32_t rules_offset;     /* 72 */
  uint32_t strings_offset;   /* rules_offset + 48 * rule_count */
  uint32_t strings_size;     /* at least 1: string 0 is "" and means any; the last byte is NUL */
  uint32_t signature_offset; /* 0: not signed; else total_size - 64 */
  uint32_t crc32; /* zlib's, of everything before the signature, taken with this field 0 */
};

/* First match wins. `program` is the real path of the caller's executable, `target` what it acts on:
 *   exec     the file (for a script the script; the interpreter must be allowed too)
 *   write    the real path of the file or directory entry
 *   connect, bind  family OR_UNIX: socket path ("@name" when abstract); otherwise family, proto, prefix, port
 *   syscall  the call's name, as `memfd_create`
 * Patterns: `?` one byte but '/', `*` any run without '/', `**` any run, `\` takes the next byte as it is. */
struct or_rule { /* 48 bytes */
  uint8_t kind;
  uint8_t action; /* enum or_verdict */
  uint8_t family;
  uint8_t proto;
  uint8_t prefix; /* bits of addr that count; 0 with family 0: any address */
  uint8_t reserved[3];
  uint16_t port_low; /* inclusive; 0 and 65535: any */
  uint16_t port_high;
  uint32_t program; /* offset in strings */
  uint32_t target;  /* offset in strings */
  uint32_t id;      /* 1-based place of the rule in its document: named in events */
  uint8_t addr[16]; /* IPv4 in the first four bytes; an IPv4-mapped IPv6 peer is matched as IPv4 */
  uint8_t reserved2[8];
};

_Static_assert(sizeof(struct or_policy_header) == 72, "policy header layout");
_Static_assert(sizeof(struct or_rule) == 48, "policy rule layout");
#endif
