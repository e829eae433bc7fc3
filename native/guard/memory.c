/* memory.c: memory that may be executed, and memory of ours that nobody may change. */
#include <sys/mman.h>
#include <sys/stat.h>

#include "inside.h"

#define RANGES 96u
#define HOOKED_FILES 2u /* libc and, before 2.34, libpthread */

/* Pages with a hook in them, and our own object. Written by the constructor only. */
static struct range {
  uintptr_t start, end;
} ranges[RANGES];
static unsigned range_count;
static struct range hull; /* around them all: most calls do not meet it */

void protect(uintptr_t start, uintptr_t end) {
  struct range range = {start & ~(uintptr_t)4095, (end + 4095) & ~(uintptr_t)4095};
  if (range_count == RANGES) return;
  ranges[range_count++] = range;
  if (!hull.end || range.start < hull.start) hull.start = range.start;
  if (range.end > hull.end) hull.end = range.end;
}

static bool meets(const struct range *range, uintptr_t start, uintptr_t end) { return start < range->end && end > range->start; }

static bool hits_guard(const void *address, size_t size) {
  uintptr_t start = (uintptr_t)address, end = start + size < start ? UINTPTR_MAX : start + size;
  const struct policy *policy = policy_in_force();
  if (!size || !policy) return false;
  struct range blob = {(uintptr_t)policy->blob, (uintptr_t)policy->blob + policy->size};
  if (meets(&blob, start, end)) return true;
  if (!meets(&hull, start, end)) return false;
  for (unsigned i = 0; i < range_count; i++)
    if (meets(&ranges[i], start, end)) return true;
  return false;
}

static int refuse_change(const char *call) { return guard_own(OR_SYSCALL, "mprotect_guard", call, "the guard's own pages"); }

/* A libc is hooked in memory: another copy of the same file, in a namespace of dlmopen's or mapped by hand, is not. */
static struct {
  uint64_t device, inode;
} hooked_files[HOOKED_FILES];

void protect_file(const char *path) {
  struct stat info;
  for (unsigned i = 0; i < HOOKED_FILES; i++) {
    if (hooked_files[i].inode) continue;
    if (sys(__NR_newfstatat, AT_FDCWD, path, &info, 0) == 0) {
      hooked_files[i].device = info.st_dev;
      hooked_files[i].inode = info.st_ino;
    }
    return;
  }
}

static bool is_hooked_file(int fd) {
  struct stat info;
  if (!hooked_files[0].inode || sys(__NR_fstat, fd, &info)) return false;
  for (unsigned i = 0; i < HOOKED_FILES; i++)
    if (hooked_files[i].inode == info.st_ino && hooked_files[i].device == info.st_dev) return true;
  return false;
}

/* Executable memory: by the file behind it, or "[anonymous]". */
static int decide_load(int fd, int flags, const char *call) {
  struct act act = {.kind = OR_LOAD, .target = "[anonymous]"};
  if (flags & MAP_ANONYMOUS || fd < 0) return guard_act(&act, call, NULL);
  if (is_hooked_file(fd)) return guard_own(OR_SYSCALL, "mprotect_guard", call, "a second copy of a hooked library");
  struct spot *spot = spot_take();
  if (!spot) return ENOMEM;
  act.target = spot->path;
  int error = path_of(fd, spot->path, sizeof spot->path) ? guard_act(&act, call, NULL) : 0;
  spot_give(spot);
  return error;
}

long do_mmap(void *address, size_t size, int protection, int flags, int fd, long offset) {
  int error = 0;
  if (flags & MAP_FIXED && hits_guard(address, size)) error = refuse_change("mmap");
  if (!error && protection & PROT_EXEC) error = decide_load(fd, flags, "mmap");
  return error ? -error : sys(__NR_mmap, address, size, protection, flags, fd, offset);
}

/* What was mapped from a file without the right to be run is no better than anonymous memory. */
static int decide_protection(const void *address, size_t size, int protection, const char *call) {
  int error = hits_guard(address, size) ? refuse_change(call) : 0;
  return !error && protection & PROT_EXEC ? decide_load(-1, 0, call) : error;
}

long do_mprotect(void *address, size_t size, int protection) {
  int error = decide_protection(address, size, protection, "mprotect");
  return error ? -error : sys(__NR_mprotect, address, size, protection);
}

long do_pkey_mprotect(void *address, size_t size, int protection, int key) {
  int error = decide_protection(address, size, protection, "pkey_mprotect");
  return error ? -error : sys(__NR_pkey_mprotect, address, size, protection, key);
}

long do_munmap(void *address, size_t size) {
  int error = hits_guard(address, size) ? guard_own(OR_SYSCALL, "unload", "munmap", "the guard's own pages") : 0;
  return error ? -error : sys(__NR_munmap, address, size);
}

long do_mremap(void *address, size_t size, size_t to, int flags, void *at) {
  bool hit = hits_guard(address, size) || (flags & MREMAP_FIXED && hits_guard(at, to));
  int error = hit ? refuse_change("mremap") : 0;
  return error ? -error : sys(__NR_mremap, address, size, to, flags, at);
}

/* MADV_DONTNEED on a patched page brings back the file's bytes. */
long do_madvise(void *address, size_t size, int advice) {
  bool drops = advice == MADV_DONTNEED || advice == MADV_FREE || advice == MADV_REMOVE || advice == MADV_DONTFORK || advice == MADV_WIPEONFORK;
  int error = drops && hits_guard(address, size) ? refuse_change("madvise") : 0;
  return error ? -error : sys(__NR_madvise, address, size, advice);
}
