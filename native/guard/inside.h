/* inside.h: what the guard's own files share. guard.h is what the languages' hooks see. */
#ifndef OUTRIDER_GUARD_INSIDE_H
#define OUTRIDER_GUARD_INSIDE_H
#include "guard.h"

#define CMDLINE_BYTES 1024u /* as OR_T_CMDLINE is cut */

/* One process's own. Written by the constructor, only read afterwards. What every act looks at comes first, within a
 * cache line: after a system call little of ours is still in the cache. */
struct self {
  _Alignas(64) struct or_state *state; /* NULL: no extension, no relay */
  uint64_t seed, key; /* of the hashes, secret: nobody outside can make two acts look the same */
  uint64_t proc_dev;  /* st_dev of /proc */
  int32_t first_pid;  /* of the first process under the guard: the runtime */
  bool is_runtime;    /* this image was started as the runtime; so are forks of it, until they exec */
  bool has_openat2;
  bool in_container; /* beside a relay: relay.c */
  int32_t relay;     /* its pid */
  struct or_state *counters; /* where is counted: in a function `state` itself */
  char **environment; /* of the start */
  char directory[256]; /* real path of OUTRIDER_DIR */
  char root[256];      /* real path of OUTRIDER_ROOT */
  char events[108];    /* of the extension's or the relay's socket, as a socket address takes it */
  size_t events_size;  /* 0: none */
  char program[PATH_BYTES];
  char cmdline[CMDLINE_BYTES];
  size_t cmdline_size;
};
extern struct self self;

struct telling { /* what an event says beside the act */
  const char *call;
  const char *message;     /* or NULL */
  const char *const *argv; /* or NULL */
};

/* glibc before 2.34 has these twice, and naming them would drag its libpthread into every program. */
int *errno_place(void);
int *h_errno_place(void);

/* A raw result as libc's functions give it: -1 and errno. */
static inline long answer(long result) {
  if ((unsigned long)result <= -4096ul) return result;
  *errno_place() = (int)-result;
  return -1;
}

/* policy.c */
struct policy {
  const void *blob;
  size_t size;
  uint32_t asks;  /* policy_asks() */
  uint32_t epoch; /* tells what was remembered under another policy */
  bool blocks;    /* mode */
  bool reports_allowed;
  bool checks_reads; /* what is read is decided: it is more than a plain allow */
  bool built_in;     /* came with the layer, and counts without a signature */
};
/* The policy in force, after a look whether a newer one is there; NULL: none could be read, and nothing is decided. */
const struct policy *policy_now(void);
const struct policy *policy_in_force(void); /* without that look */
bool policy_looks_at_loads(void); /* they are reported, or may be refused */
void policy_start(void);

/* relay.c */
void relay_find(void);
/* A descriptor of the policy in force; the first time the pages too. Or -errno: the relay is not there. */
int relay_fetch(void);

/* decide.c */
int guard_tell(struct act *act, const struct telling *telling);
/* Whether it is allowed under the policy in force; only then it is told and remembered. */
bool guard_allowed(const struct policy *policy, struct act *act, const char *call);
/* A protection built in whatever the policy says: EACCES, or 0 in alert mode. Rule 0; `call` tells which it is. */
int guard_own(enum or_kind kind, const char *target, const char *call, const char *message);
/* An act of kind syscall. */
int guard_call(const char *name);
uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t length);

/* report.c */
void report_act(const struct act *act, struct decision decision, const struct telling *telling, int error);
void report_start(const char *features);
void report_policy(const char *error); /* NULL: the one in force was taken */

/* line.c: an act that was stopped, where no extension could be told. */
void report_line(const struct act *act, struct decision decision, const struct telling *telling);

/* paths.c */
enum follow { KEEP_LAST, FOLLOW_LAST };
struct spot {             /* where a path leads */
  int directory;          /* O_PATH of the directory that holds the entry: to be closed by spot_close(); -1: none */
  char name[256];         /* the entry in it; "." when the path ends in a directory itself */
  char path[PATH_BYTES];  /* real path */
  bool slash;             /* the path ended in one: the kernel wants a directory */
  bool plain;             /* `directory` and `name` may be acted on instead of the path */
  char parent[PATH_BYTES], link[PATH_BYTES]; /* while it is being found; free afterwards */
};
struct spot *spot_take(void); /* NULL: no memory */
void spot_give(struct spot *spot);
long spot_find(int directory, const char *path, enum follow follow, struct spot *spot);
void spot_close(struct spot *spot);
/* Where a descriptor leads; false: nowhere that has a path (a pipe, a socket). */
bool path_of(int fd, char *out, size_t size);
/* Opens without following any link: what was decided by its text is what is opened. -ELOOP: there is a link. */
long open_straight(int directory, const char *path, int flags, unsigned mode);
/* `path` as one that is its own real path if no link is met: absolute, without ".", ".." or empty components; relative
 * ones from where the kernel says we are. False: it cannot be. */
bool straight_path(int directory, const char *path, char out[PATH_BYTES]);
/* A pointer the kernel would refuse: it shall do so, we do not look. */
static inline bool bad_pointer(const void *p) { return (uintptr_t)p < 65536 || (intptr_t)p < 0; }
bool is_ours(const char *path); /* files of the guard: state and layer */
bool below(const char *path, const char *directory);

/* names.c */
#define NAME_BYTES 256u
/* The n-th host name whose lookup answered this address; false when there are fewer. */
bool name_of(uint8_t family, const uint8_t *address, unsigned n, char out[NAME_BYTES]);
bool in_lookup(void); /* libc is looking up a name that was allowed, in this thread */

/* exec.c: in a container, of its first process: what it runs, which nobody has decided yet. False: it may not be run. */
bool first_program_may_run(const char *path, char *const *argv);

/* What the kernel would have been asked, decided; a raw result. For the hooks and for syscall(). */
long do_execve(const char *path, char *const *argv, char *const *envp);
long do_execveat(int fd, const char *path, char *const *argv, char *const *envp, int flags);
long do_connect(int fd, const void *address, uint32_t size);
long do_bind(int fd, const void *address, uint32_t size);
long do_sendto(int fd, const void *bytes, size_t size, int flags, const void *address, uint32_t address_size);
long do_sendmsg(int fd, const void *message, int flags);
long do_sendmmsg(int fd, void *messages, unsigned count, int flags);
long do_socket(int family, int type, int protocol);
long do_open(int directory, const char *path, int flags, unsigned mode, const char *call);
long do_unlink(int directory, const char *path, int flags, const char *call);
long do_rename(int from_dir, const char *from, int to_dir, const char *to, unsigned flags, const char *call);
long do_link(int from_dir, const char *from, int to_dir, const char *to, int flags, const char *call);
long do_symlink(const char *text, int directory, const char *path, const char *call);
long do_mkdir(int directory, const char *path, unsigned mode, const char *call);
long do_mknod(int directory, const char *path, unsigned mode, uint64_t device, const char *call);
long do_truncate(const char *path, long length);
long do_mmap(void *address, size_t size, int protection, int flags, int fd, long offset);
long do_mprotect(void *address, size_t size, int protection);
long do_munmap(void *address, size_t size);
long do_mremap(void *address, size_t size, size_t to, int flags, void *at);
long do_madvise(void *address, size_t size, int advice);
long do_pkey_mprotect(void *address, size_t size, int protection, int key);
long do_signal(int nr, long pid, long a, long b, long c);
long do_ptrace(long request, int pid, void *address, void *data);
long do_process_vm(int nr, int pid, const void *local, size_t locals, const void *remote, size_t remotes, unsigned long flags);
/* A call that is decided by its name alone. */
long do_named(const char *name, long nr, long a, long b);
long do_openat2(int directory, const char *path, const void *how, size_t size);
long raw_call(long nr, long a, long b, long c, long d, long e, long f);
int fork_allowed(void); /* 0, or EAGAIN */

/* An open failed for want of room: what is to be decided can then not be looked at, and does not go on undecided. */
static inline bool is_shortage(long error) { return error == -EMFILE || error == -ENFILE || error == -ENOMEM; }

#define NOT_OURS (-4096l) /* no errno, and no address the kernel gives */

/* Newer than the headers we are compiled with; the same on both architectures. */
#define NR_io_uring_setup 425
#define NR_pidfd_open 434
#define NR_clone3 435
#define NR_openat2 437
#define NR_process_madvise 440

/* memory.c: a range of our own nobody may change. During the constructor, and for policies. */
void protect(uintptr_t start, uintptr_t end);
void protect_file(const char *path); /* nobody maps it executable a second time */

/* probe.c */
void probe_start(void);

/* patch.c */
void patch_start(struct text *features);
/* entry.c: our own dynamic section, by which the loader's list shows which object is ours. */
const void *own_dynamic(void);
#endif
