/* names.h: the table of names, a file that the sidecar writes and supervisors read: which host names' lookups answered
 * which addresses. Little-endian. tests/native/test_names_units.py compares both sides.
 *
 * A header, then OR_NAMES_BUCKETS buckets of OR_NAMES_WAYS entries. An address has its place in bucket
 * crc32(family, address) % OR_NAMES_BUCKETS; each of its names is an entry of its own. In a full bucket the entry that
 * expires first gives way, and is counted.
 *
 * One writes, any number read, nobody waits. The writer makes `sequence` odd, writes the rest, makes it even again, and
 * then adds one to the header's `generation`. A reader takes an entry when two copies are the same, `sequence` is even
 * and crc32 is right. It copies with pread(2): a mapping would kill it if the file were shortened. */
#ifndef OUTRIDER_NAMES_H
#define OUTRIDER_NAMES_H
#include <stdbool.h>
#include <stdint.h>

#include "verdict.h"

#define OR_NAMES_FILE "names" /* beside the agent's socket */
#define OR_NAMES_MAGIC "OUTRNAM1"
#define OR_NAMES_BUCKETS 512u
#define OR_NAMES_WAYS 8u
#define OR_NAME_BYTES 256u /* a host name has 253 at most */
/* What was answered counts for so long after it expired, if its place is not needed: programs that look a name up once
 * and keep the address (nginx, a connection pool) are the rule, not the exception. 7 days. */
#define OR_NAMES_STALE_NS (7ull * 86400 * 1000000000)
#define OR_NAMES_ALIVE_NS 5000000000ull /* after that without a sign of life nobody waits for the writer */

struct or_names_header { /* 64 bytes */
  char magic[8];
  uint32_t total_size; /* of the file: 1,212,480 */
  uint16_t buckets, ways;
  uint8_t boot[16];    /* boot id of the kernel whose clock the times are of: the writer clears a table of another */
  uint64_t generation; /* changes of entries so far */
  uint64_t alive_ns;   /* CLOCK_MONOTONIC, about each second: the writer reads answers. 0: it does not */
  uint64_t evicted;    /* entries that gave way while they still counted */
  uint8_t reserved[8]; /* 0 */
};

struct or_names_entry { /* 296 bytes */
  uint32_t sequence; /* odd: being written */
  uint32_t crc32;    /* zlib's, of what follows, up to the end of the name */
  uint64_t expires_ns; /* CLOCK_MONOTONIC */
  uint8_t family;      /* enum or_family; 0: free */
  uint8_t reserved[7];
  uint8_t address[16];      /* IPv4 in the first four bytes, then 0 */
  char name[OR_NAME_BYTES]; /* lower-case letters, digits, `-`, `_`, `.`; then NUL to the end */
};

#define OR_NAMES_BYTES (sizeof(struct or_names_header) + OR_NAMES_BUCKETS * OR_NAMES_WAYS * sizeof(struct or_names_entry))

_Static_assert(sizeof(struct or_names_header) == 64, "names header layout");
_Static_assert(sizeof(struct or_names_entry) == 296, "names entry layout");

enum names_reader { /* who reads the task's DNS */
  READER_UNKNOWN,   /* nobody yet, or nobody any more: there is no table, or no sign of life in it */
  READER_OFF,       /* nobody: the writer says so */
  READER_ALIVE
};

struct names { /* of one address, as they were found */
  unsigned count;
  char name[OR_NAMES_WAYS][OR_NAME_BYTES]; /* the one answered last first */
  uint64_t expires_ns[OR_NAMES_WAYS];
  uint64_t generation;
  enum names_reader reader;
};

/* Looks the address up in the table at `path`. Without one that can be read there are no names. */
void names_read(const char *path, uint8_t family, const uint8_t address[16], uint64_t now_ns, struct names *out);
#endif
