/* races.h: what every race has: the memory that all who take part see, the directories, and how calls are listed.
 *
 * In the directory "a" everything may be changed and run, in "b" nothing. A call is given something that leads to "a" when
 * it is judged and to "b" when it is carried out, or the other way round, as often as chance wants. The manner is how that
 * is done: see races.c. */
#ifndef RACES_H
#define RACES_H
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum manner {
  THREAD = 1 << 0,  /* a byte of memory, changed by a thread */
  PROCESS = 1 << 1, /* by a process that shares the page */
  VM = 1 << 2,      /* by a process that shares all memory (CLONE_VM) */
  LINK = 1 << 3,    /* a symbolic link on the way, exchanged with another by rename */
  DOTDOT = 1 << 4,  /* a directory on the way, moved elsewhere by rename, and ".." behind it */
  DUP = 1 << 5,     /* the descriptor: dup2() over it */
  REOPEN = 1 << 6,  /* closed, and another opened under its number */
  SCM = 1 << 7,     /* closed, and another received under its number */
  CHDIR = 1 << 8,   /* the working directory, by a thread */
  FCHDIR = 1 << 9,  /* by a process that shares it (CLONE_FS) */
  CHROOT = 1 << 10, /* the root directory, likewise */
  PROCFD = 1 << 11, /* a link below /proc/self/fd */
  MOUNT = 1 << 12,  /* something mounted on the way, and /proc anew */
  POINTER = 1 << 13, /* a pointer in a structure that the call reads */
  EXCHANGE = 1 << 14, /* the file itself, exchanged with another of the same name */
  REWRITE = 1 << 15,  /* what the file says */
};
#define MEMORY (THREAD | PROCESS | VM)
#define PATHS (MEMORY | LINK | DOTDOT | CHDIR | FCHDIR | CHROOT | PROCFD | MOUNT)
#define NUMBERS (DUP | REOPEN | SCM)

struct shared {
  _Atomic long stop, swaps;
  sa_family_t family; /* AF_UNIX: with what follows it, a struct sockaddr_un */
  char path[4096];
  _Alignas(256) struct sockaddr_in peers[2]; /* within 256 bytes: one byte of a pointer tells them apart */
  struct open_how how;
  struct iovec vector;
  struct mmsghdr messages[2];
  _Alignas(8) char control[64];
  _Alignas(256) char letters[4]; /* likewise: two texts of a letter */
  char *argv[3];
};

static struct shared *shared;
static volatile char *swapped; /* the byte */
static char one = 'a', other = 'b';
static char here[2048]; /* the directory of both */
static int a, b;        /* descriptors of them */
static int swap_fds[2]; /* what takes turns under a number */
static int ports[2];    /* arguments */
static enum manner manner;

struct call {
  const char *name;
  const char *entry; /* what it names in "a" and in "b"; NULL: no path is raced about */
  unsigned manners;
  int (*attempt)(int dirfd, const char *path); /* 1 the allowed came through, 2 the other did, 0 neither */
  void (*prepare)(void); /* before each manner */
  void (*once)(void);
  bool relative; /* its path, to the directory of both */
};

#define NUMBER 100 /* of the descriptor that is raced about, where one is */

static inline void broken(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(3);
}

static inline bool there(int directory, const char *name) {
  struct stat info;
  return fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

static inline ino_t inode(int directory, const char *name) {
  struct stat info;
  return fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) ? 0 : info.st_ino;
}

static inline void make(int directory, const char *name) { close(openat(directory, name, O_CREAT | O_WRONLY, 0644)); }

static inline char *in_a(const char *name) { /* absolute; good for one call */
  static char path[4096];
  snprintf(path, sizeof path, "%s/a/%s", here, name);
  return path;
}
#endif
