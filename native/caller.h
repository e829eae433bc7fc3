/* caller.h: the task that waits in a trapped call, seen from outside. Whatever is read of it counts only after
 * still_waiting() has said that its pid was not meanwhile given to another. */
#ifndef OUTRIDER_CALLER_H
#define OUTRIDER_CALLER_H
#include "guard.h"
#include "text.h"

struct caller {
  const struct seccomp_notif *call;
  int32_t tid;
  int32_t process; /* thread group, 0 until asked for */
  char program[PATH_BYTES];
  struct identity identity;
  bool identity_known;
  bool shy; /* something is changing just now: look anew at everything */
  struct known_task *known; /* what this worker remembers of the task; NULL: nothing */
};

void caller_begin(struct caller *caller, const struct seccomp_notif *call);

/* In a twin that takes over: what is remembered by descriptor was its predecessor's. */
void caller_take_over(void);

/* Copies memory of the caller; bytes copied, or -errno. */
long caller_read(const struct caller *caller, uint64_t address, void *buffer, size_t size);
long caller_write(const struct caller *caller, uint64_t address, const void *buffer, size_t size);

/* A path argument, NUL included in `size`. Its length, or -errno (-ENAMETOOLONG, -EFAULT). */
long caller_string(const struct caller *caller, uint64_t address, char *buffer, size_t size);

/* argv at `address`, the strings with NUL between them, as many as fit. */
size_t caller_arguments(const struct caller *caller, uint64_t address, char *buffer, size_t size);

/* A duplicate of the caller's descriptor: same open file description. -errno on trouble. */
int caller_descriptor(struct caller *caller, int number);

/* O_PATH descriptors of where its relative paths start, `dirfd` as in openat(2), and of its root. */
int caller_directory(const struct caller *caller, int dirfd);
int caller_root(const struct caller *caller);

int32_t caller_process(struct caller *caller);

/* Tells this task from any other this worker ever served; 0: cannot be told, or something is changing just now. */
uint64_t caller_task(const struct caller *caller);

/* Who it is; NULL when that cannot be told. */
const struct identity *caller_identity(struct caller *caller);

/* What is answered then: -EPERM, or -EMFILE when we have no descriptor left to read it by. */
long caller_unknown(void);

/* The caller is about to change what it runs or who it is: nothing remembered counts any more. */
void caller_forget(void);
/* The same where other threads share what changes (umask, an exec by a thread that does not lead): they may look before
 * it has changed. So for a second nothing is remembered. */
void caller_forget_for_a_while(void);

/* "/proc/<pid>/<what>" */
struct text_path {
  char bytes[64];
};
struct text_path proc_path(int32_t pid, const char *what);

/* "/proc/self/fd/<number>" */
struct text_path descriptor_path(int number);
/* Where descriptor `fd` of ours leads; false when that cannot be told or does not fit. */
bool path_of_descriptor(int fd, char *out, size_t size);

/* The text of a small file under /proc, NUL-terminated; its length or -errno. */
long proc_read(int32_t pid, const char *what, char *buffer, size_t size);

/* Calls `each` with every entry of a directory whose name is a number, as in /proc. 0, or -errno where the list broke off. */
long each_number(int directory, void (*each)(void *with, int number, const char *name), void *with);

/* Number after `name` (as "PPid:") in the text of /proc/<pid>/status; false when there is none. */
bool status_number(const char *status, const char *name, int base, uint64_t *number);

#endif
