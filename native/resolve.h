/* resolve.h: a path of the caller, followed by us, once. What was found is held by descriptor, so that what is
 * decided on is what is acted on. */
#ifndef OUTRIDER_RESOLVE_H
#define OUTRIDER_RESOLVE_H
#include <sys/stat.h>

#include "caller.h"

struct place {
  int parent; /* O_PATH of the directory that holds the entry; -1 when the target was reached without a name */
  int target; /* O_PATH of what the path names; -1 when it does not exist, or only the entry was asked for */
  bool there; /* it exists */
  char name[256]; /* of the entry in `parent`: what *at() calls take; "." when the path ends in a directory itself */
  char path[PATH_BYTES + 256]; /* real path, as the supervisor (that is: the container) sees it */
  uint32_t mode, device_major, device_minor; /* of the target */
  uint64_t device, inode;
  bool trailing_slash;
  bool below_proc;
};

/* KEEP_ENTRY: as KEEP_LAST for who acts on the name alone, and needs no descriptor of what it names. KEEP_PARENT: for who
 * makes it, and hears from the kernel whether it is there: it is not looked for. */
enum follow { FOLLOW_LAST, KEEP_LAST, KEEP_ENTRY, KEEP_PARENT };

/* 0, or -errno as the caller's own call would have had it. On 0 either `target` or `parent` is there, and the
 * descriptors are the caller's of this function to close with place_close(). */
long resolve(struct caller *caller, int dirfd, const char *path, enum follow follow, struct place *place);

/* Takes trailing slashes off a path that ends in a name; false: there was nothing to take off. */
bool cut_slashes(char *path);

/* What the caller's descriptor `number` refers to: no name, only a target. */
long resolve_descriptor(struct caller *caller, int number, struct place *place);

/* The same of a descriptor of ours, which is then the place's; `fd` may be -errno. */
long place_of_descriptor(int fd, struct place *place);

void place_close(struct place *place);
bool same_file(int a, int b); /* two descriptors */

#endif
