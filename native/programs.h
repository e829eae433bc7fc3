/* programs.h: the SHA-256 of what is about to be run, each file read once. */
#ifndef OUTRIDER_PROGRAMS_H
#define OUTRIDER_PROGRAMS_H
#include <stdbool.h>
#include <stdint.h>

#define HASHED_BYTES_MAX (512ull << 20) /* of a file: above what programs have; a caller waits a second for so much */

struct facts { /* what changes when a file does (inode(7)); times in nanoseconds */
  uint64_t device, inode, size, changed, modified;
};

struct program_hash {
  struct facts facts;
  char sha256[65];   /* lower-case hex; "": there is none */
  const char *wrong; /* then: why not. Else NULL */
};

/* Of the file that descriptor `file` (O_PATH) is of, before it is run. */
void program_hash(int file, struct program_hash *out);

void programs_take_over(void); /* in a twin made late: somebody may have been at it */

/* Of the file that `process` runs: whether it is, byte by byte, what was hashed. At the stop that ends an exec nobody can
 * write to it (execve(2), ETXTBSY). */
bool program_is_what_was_hashed(int32_t process, const struct program_hash *hashed);

#endif
