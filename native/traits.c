#include "traits.h"

#include <string.h>

/* The clock that the kernel stamps files with; the other is not set back, nor stopped while the machine sleeps. */
#define REALTIME_COARSE 5
#define BOOTTIME 7

static void add_word(struct text *out, const char *word) {
  if (out->length) text_add(out, " ");
  text_add(out, word);
}

/* What the first three descriptors are of whoever is about to run a program: those of the program. */
static void add_standard(struct caller *caller, struct text *out) {
  static const char *const sockets[] = {"stdin:socket", "stdout:socket", "stderr:socket"};
  static const char *const names[] = {"fd/0", "fd/1", "fd/2"};
  for (unsigned i = 0; i < 3; i++) {
    char target[64];
    struct text_path link = proc_path(caller->tid, names[i]);
    long length = sys(__NR_readlinkat, AT_FDCWD, link.bytes, target, sizeof target - 1);
    if (length <= 0) continue;
    target[length] = 0;
    if (strncmp(target, "socket:", 7) == 0) add_word(out, sockets[i]);
    else if (i == 0 && (strncmp(target, "/dev/pts/", 9) == 0 || strcmp(target, "/dev/tty") == 0)) add_word(out, "stdin:terminal");
  }
}

void traits_begin(void) {
  self.guard->started_ns = now_ns(REALTIME_COARSE);
  self.guard->started_boot_ns = now_ns(BOOTTIME);
}

/* The start, on the clock of files. When that was set back since, the start is taken back with it: better an old file
 * called new than the other way round. The clock of a network file system's server is its own. */
static uint64_t started(void) {
  uint64_t now = now_ns(REALTIME_COARSE), since = now_ns(BOOTTIME) - self.guard->started_boot_ns;
  uint64_t then = now > since ? now - since : 0, tolerance = 20000000; /* the coarse clock's own step */
  if (then + tolerance >= self.guard->started_ns) return self.guard->started_ns;
  return then > tolerance ? then - tolerance : 0;
}

static uint64_t nanoseconds(const struct statx_timestamp *time) {
  return time->tv_sec < 0 ? 0 : (uint64_t)time->tv_sec * 1000000000u + time->tv_nsec;
}

uint32_t traits_of_mode(uint32_t mode) {
  uint32_t traits = mode & S_ISUID ? TRAIT_SET_USER_ID : 0;
  return (mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) ? traits | TRAIT_SET_GROUP_ID : traits;
}

uint32_t traits_of_program(const struct place *place) {
  struct statx info;
  if (sys(__NR_statx, place->target, "", AT_EMPTY_PATH, STATX_MODE | STATX_NLINK | STATX_CTIME | STATX_MTIME, &info)) return 0;
  uint32_t traits = S_ISREG(info.stx_mode) ? traits_of_mode(info.stx_mode) : 0;
  uint64_t start = started();
  if (nanoseconds(&info.stx_ctime) >= start || nanoseconds(&info.stx_mtime) >= start) traits |= TRAIT_NEW;
  if (info.stx_nlink == 0) traits |= strncmp(place->path, "/memfd:", 7) == 0 ? TRAIT_MEMFD : TRAIT_UNLINKED;
  /* The dynamic loader as a program of its own, by the names that glibc and musl give it. */
  if (pattern_matches("**/ld-*.so*", place->path) || pattern_matches("**/libc.so", place->path)) traits |= TRAIT_LOADER;
  return traits;
}

void traits_of(struct caller *caller, const struct act *act, struct text *out) {
  static const char *const words[] = {"new",          "unlinked", "memfd",     "set-user-id", "set-group-id",
                                      "not-of-image", "foreign",  "truncates", "removes",     "renames", "loader"};
  if (act->kind == OR_EXEC) add_standard(caller, out);
  for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
    if (act->traits >> i & 1) add_word(out, words[i]);
}
