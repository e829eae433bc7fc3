/* image.h: what kind of program a file is, as far as it matters to whom it is run for. */
#ifndef OUTRIDER_GUARD_IMAGE_H
#define OUTRIDER_GUARD_IMAGE_H
#include "../script.h"
#include "inside.h"

struct image {
  char head[SCRIPT_HEAD];  /* its first bytes, zeros behind them; none if it cannot be read */
  bool script;             /* begins with "#!" */
  const char *interpreter; /* of a script, or NULL: it names none. Points into head */
  const char *argument;    /* its argument, or NULL: likewise */
  bool shortage;     /* it could not be looked at for want of a descriptor */
  bool loader;       /* the dynamic loader itself, run as a program */
  bool takes_guard;  /* its loader will load us */
  const char *why;   /* it will not, for an event: "static", "set-user-ID", ... */
  bool other_libc;   /* its loader would refuse to start it with us */
};

/* Of the file behind an O_PATH descriptor, with its real path. */
void image_look(int fd, const char *path, struct image *out);
/* Lower-case hex of its SHA-256; false: it cannot be read. Cached by device, inode, size and times. */
bool image_hash(int fd, char out[65]);

#endif
