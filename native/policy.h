/* policy.h: the compiled policy, versions 2 and 3. Little-endian, no padding that is not named.
 *
 * One blob holds the policy of one container or one function. Python writes it (outrider/policy/blob.py), whoever
 * enforces it maps it read-only and checks it whole before use: a blob that does not pass policy_check() is refused
 * and the one in force stays. tests/data/policy/ holds vectors both sides must agree on.
 *
 *   header | rules (48 bytes each) | strings | [programs (32 bytes each)] | [64-byte Ed25519 signature over all
 *   that precedes it]
 */
#ifndef OUTRIDER_POLICY_H
#define OUTRIDER_POLICY_H
#include <stddef.h>
#include <stdint.h>

#define OR_POLICY_MAGIC "OUTRPOL2"
#define OR_POLICY_VERSION 2
/* A policy with rules about arguments, and no other: whoever knows version 2 only refuses it whole, as "a version that is
 * not known", and the one in force stays. */
#define OR_POLICY_VERSION_ARGUMENTS 3
#define OR_POLICY_MAX_BYTES (1u << 20) /* far above a large model; a cap for a file somebody else writes */
#define OR_POLICY_MAX_RULES 4096u      /* they are scanned in order: this bounds the worst verdict */
#define OR_PATTERN_MAX 1024u           /* bytes of one pattern, without its NUL */
#define OR_SIGNATURE_BYTES 64u
#define OR_POLICY_MAX_PROGRAMS 20000u  /* large images have some thousand: 640 KB of a blob, leaving room for rules */
#define OR_HASH_BYTES 32u
#define OR_ARGUMENT_PATTERNS 64u     /* of one rule: more than a command line that somebody reviews */
#define OR_ARGUMENT_WORDS 1024u      /* of a command line that are read, the program's name among them; and */
#define OR_ARGUMENT_BYTES (16u << 10) /* bytes, each word with its NUL: class paths and scripts on the command line fit */

/* The supervisor of a task decides the first five, and OR_READ where the policy it starts with has read rules that do not
 * only allow. The guard of a function decides all but OR_INVOKE, which is for the
 * proxy of the Runtime API. Rules of a kind that an engine does not decide are no error: it says so at its start. */
enum or_kind { OR_EXEC, OR_CONNECT, OR_BIND, OR_WRITE, OR_SYSCALL, OR_RESOLVE, OR_READ, OR_LOAD, OR_INVOKE, OR_KINDS };
enum or_verdict { OR_ALLOW, OR_ALERT, OR_BLOCK, OR_VERDICTS };
enum or_mode { OR_MODE_ALERT, OR_MODE_BLOCK, OR_MODES };
enum or_family { OR_ANY_FAMILY = 0, OR_UNIX = 1, OR_INET = 4, OR_INET6 = 6 };
enum or_proto { OR_ANY_PROTO = 0, OR_TCP = 6, OR_UDP = 17 };

#define OR_PROGRAM_FOREIGN "[foreign]" /* `program` of what the application did not start, see below */
/* header.flags */
#define OR_REPORT_ALLOWED 1u /* report what is allowed too (learning) */
#define OR_HASH_PROGRAMS 2u  /* hash what is run, and tell the hash, though nothing is decided by it */
#define OR_SIGNED_DIGEST 4u  /* signed is "outrider policy, sha512: " and the SHA-512 of what precedes the signature: for
                                signers that take 4 KiB at most (AWS KMS) */

struct or_policy_header { /* 104 bytes */
  char magic[8];
  uint32_t total_size; /* of the file, signature included */
  uint16_t version;
  uint16_t header_size; /* 104 */
  uint64_t counter;     /* of the document; an older one is refused (replay) */
  uint8_t id[16];       /* first half of SHA-256 of the canonical document: named in events */
  uint8_t mode;         /* enum or_mode: in alert mode every block verdict is an alert */
  uint8_t flags;
  uint8_t defaults[OR_KINDS]; /* enum or_verdict where no rule matches, by kind */
  uint8_t programs_verdict;   /* enum or_verdict of an exec of a file that is not among the programs; 0 without any */
  uint8_t reserved[4];        /* 0 */
  uint32_t learn_invocations; /* OR_REPORT_ALLOWED holds for so many invocations of an environment; 0: no such end */
  uint32_t learn_seconds;     /* and for so long; 0: no such end */
  uint32_t event_max_bytes;   /* an invocation's event that is larger is blocked, whatever the rules; 0: any size */
  uint32_t event_max_depth;   /* likewise its JSON nesting; 0: any (the proxy has its own cap) */
  uint32_t rule_count;
  uint32_t rules_offset;     /* 104 */
  uint32_t strings_offset;   /* rules_offset + 48 * rule_count */
  uint32_t strings_size;     /* at least 1: string 0 is "" and means any; the last byte is NUL */
  uint32_t signature_offset; /* 0: not signed; else total_size - 64 */
  uint32_t crc32;            /* zlib's, of everything before the signature, taken with this field 0 */
  uint32_t programs_offset;  /* strings_offset + strings_size; 0: there are none */
  uint32_t programs_count;
};

/* Programs are the SHA-256 of the files that came with the image, in strictly ascending order. An exec of a file that is
 * not among them (nor can it be hashed: then it is not among them either) is decided by its rules and by
 * `programs_verdict`, and the stricter of the two holds; it is told with rule 0 when that is `programs_verdict`. A rule
 * that allows the file by its sha256, and matches otherwise, makes it one of the programs. So for each script and each of
 * its interpreters. Readers from before the table refuse a blob that has one: its fields were reserved.
 * The guard of a function has no image to speak of: policy_accept() and the guard refuse a policy with programs. */

/* A policy for one version of a container says so in its last string, "made for FAMILY/CONTAINER@sha256:HEX", to which no
 * rule points: engines pass over it, and the agent, which knows the version, takes it for no other. */

/* First match wins. `program` is the real path of the caller's executable, `target` what it acts on:
 *   exec     the file (for a script the script; the interpreter must be allowed too)
 *   write    the real path of the file or directory entry
 *   connect, bind  family OR_UNIX: socket path ("@name" when abstract); otherwise family, proto, prefix, port.
 *            connect with a target and another family: a host name, lower case, without the last dot; it matches an
 *            address that a lookup of such a name has answered
 *   syscall  the call's name, as `memfd_create`
 *   resolve  a host name that is looked up; one that a connect rule's target names and allows is allowed too
 *   read     the real path of a file that is opened for reading
 *   load     the real path of a file mapped executable or run as code of the language (a module); "[anonymous]" for
 *            executable memory no file is behind; "pickle:module.name" for what an unpickling asks for
 *   invoke   target: the event's source ("aws:sqs", "apigateway", "direct", …); program: its top-level keys, sorted,
 *            with ',' between
 * The arguments of an exec are the words after the first that the program will get: of a script those of the call, of its
 * interpreter the kernel's (the word in the script's first line, the script, those of the call). They match the patterns
 * word by word: `**` alone is any number of words, none too, `*` alone is one, whatever is in it. Of what cannot be read
 * whole (too long, no name in front) a rule that may match is taken where it is stricter than what decides else: it
 * never allows.
 * A process that the platform puts beside the application (a health check, ECS Exec) is told as an exec by the program
 * "[foreign]". Rules that name no program are not about it, nor are the programs of the image, and where no rule matches it
 * is an alert whatever the default: a policy that was not written for it must not end a health check.
 * Patterns: `?` one byte but '/', `*` any run without '/', `**` any run, `\` takes the next byte as it is. */
struct or_rule { /* 48 bytes */
  uint8_t kind;
  uint8_t action; /* enum or_verdict */
  uint8_t family;
  uint8_t proto;
  uint8_t prefix; /* bits of addr that count; 0 with family 0: any address */
  uint8_t words; /* exec, version 3: 1 more than there are patterns at `arguments`; 0: any arguments */
  uint8_t reserved[2];
  uint16_t port_low; /* inclusive; 0 and 65535: any */
  uint16_t port_high;
  uint32_t program; /* offset in strings */
  uint32_t target;  /* offset in strings */
  uint32_t id;      /* 1-based place of the rule in its document: named in events */
  union {
    uint8_t addr[16]; /* IPv4 in the first four bytes; an IPv4-mapped IPv6 peer is matched as IPv4 */
    uint32_t arguments; /* with `words`: offset in strings, of patterns that follow each other, each with its NUL */
  };
  uint32_t sha256;  /* offset in strings: lower-case hex of the file's SHA-256 (exec only), 0: any */
  uint32_t expires; /* seconds since the epoch: from then on it matches nothing; 0: never */
};

_Static_assert(sizeof(struct or_policy_header) == 104, "policy header layout");
_Static_assert(sizeof(struct or_rule) == 48, "policy rule layout");
#endif
