/* note.h: one thing to tell, from a guard's frame or of our own. Bytes stay where they came from. */
#ifndef OUTRIDER_NOTE_H
#define OUTRIDER_NOTE_H
#include <stdbool.h>

#include "http_parse.h"
#include "policy.h"
#include "wire.h"

struct note {
  uint16_t type; /* enum or_frame_type */
  uint64_t time_ns;
  bool has_kind, has_verdict, has_address, has_mode;
  uint8_t kind, verdict, mode;
  uint32_t pid, ppid, uid, gid, rule;
  int32_t error;
  uint64_t policy_counter;
  struct slice program, cmdline, target, syscall, argv, message, features, code, name, request_id, distribution, engine,
      kernel;
  struct slice ancestors[8]; /* as in the frame: u32 pid, then the program */
  unsigned ancestor_count;
  uint8_t family, proto;
  uint16_t port;
  struct slice host; /* 4 or 16 bytes; of a Unix socket its path */
  const uint8_t *sha256, *policy_id;
  const char *extra; /* members to add to the line, JSON, "" or NULL: none */
};

/* Reads one datagram of a guard. Whoever runs in the function can send one: anything that is not exactly a frame is
 * refused. What a customer's process says of itself stays its claim. */
bool note_read(const void *datagram, size_t size, struct note *out);

static inline struct slice slice_of(const char *text) {
  size_t size = 0;
  while (text[size]) size++;
  return (struct slice){text, size};
}

#endif
