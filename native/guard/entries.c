/* entries.c: calls that change a directory entry. Each end is found once; what is decided on is the directory it lies in
 * and its name, and with those the call is made. */
#include <sys/stat.h>

#include "inside.h"

struct end {
  struct spot *spot;
  int directory; /* what the call is made with */
  const char *name;
};

static void give_back(struct end *end) {
  if (!end->spot) return;
  spot_close(end->spot);
  spot_give(end->spot);
  end->spot = NULL;
}

static int decide_entry(const char *path, const char *call) {
  if (is_ours(path)) return guard_own(OR_WRITE, path, call, "the guard's own files");
  struct act act = {.kind = OR_WRITE, .target = path};
  return guard_act(&act, call, NULL);
}

/* 0, or -errno: then nothing is to be given back. */
static long find_end(struct end *end, int directory, const char *path, enum follow follow, const char *call) {
  *end = (struct end){NULL, directory, path};
  if (!policy_now() || bad_pointer(path)) return 0; /* a bad pointer is the kernel's to refuse */
  end->spot = spot_take();
  if (!end->spot) return -ENOMEM;
  long error = spot_find(directory, path, follow, end->spot);
  if (!error && *end->spot->path) error = -decide_entry(end->spot->path, call);
  if (error) {
    spot_close(end->spot);
    spot_give(end->spot);
    return error;
  }
  if (end->spot->plain && !end->spot->slash) {
    end->directory = end->spot->directory;
    end->name = end->spot->name;
  }
  return 0;
}

long do_unlink(int directory, const char *path, int flags, const char *call) {
  struct end end;
  long result = find_end(&end, directory, path, KEEP_LAST, call);
  if (result) return result;
  result = sys(__NR_unlinkat, end.directory, end.name, flags);
  give_back(&end);
  return result;
}

long do_rename(int from_dir, const char *from, int to_dir, const char *to, unsigned flags, const char *call) {
  struct end source, target;
  long result = find_end(&source, from_dir, from, KEEP_LAST, call);
  if (result) return result;
  result = find_end(&target, to_dir, to, KEEP_LAST, call);
  if (!result && !flags) /* renameat2 came later than what a sandbox may know */
    result = sys(__NR_renameat, source.directory, source.name, target.directory, target.name);
  else if (!result)
    result = sys(__NR_renameat2, source.directory, source.name, target.directory, target.name, flags);
  give_back(&target);
  give_back(&source);
  return result;
}

/* What has no name yet (O_TMPFILE) is in the directory it was made in. */
static long decide_opened(int fd, const char *call) {
  struct spot *spot = policy_now() ? spot_take() : NULL;
  if (!spot) return 0;
  long error = path_of(fd, spot->path, sizeof spot->path) ? -decide_entry(spot->path, call) : 0;
  spot_give(spot);
  return error;
}

/* A second name for a file is a way to write it: both are decided. */
long do_link(int from_dir, const char *from, int to_dir, const char *to, int flags, const char *call) {
  struct end source = {NULL, from_dir, from}, target;
  long result = 0;
  if (flags & AT_EMPTY_PATH && !bad_pointer(from) && !*from) result = decide_opened(from_dir, call);
  else result = find_end(&source, from_dir, from, flags & AT_SYMLINK_FOLLOW ? FOLLOW_LAST : KEEP_LAST, call);
  if (result) return result;
  result = find_end(&target, to_dir, to, KEEP_LAST, call);
  if (!result) result = sys(__NR_linkat, source.directory, source.name, target.directory, target.name, flags);
  give_back(&target);
  give_back(&source);
  return result;
}

long do_symlink(const char *text, int directory, const char *path, const char *call) {
  struct end end;
  long result = find_end(&end, directory, path, KEEP_LAST, call);
  if (result) return result;
  result = sys(__NR_symlinkat, text, end.directory, end.name);
  give_back(&end);
  return result;
}

long do_mkdir(int directory, const char *path, unsigned mode, const char *call) {
  struct end end;
  long result = find_end(&end, directory, path, KEEP_LAST, call);
  if (result) return result;
  result = sys(__NR_mkdirat, end.directory, end.name, mode);
  give_back(&end);
  return result;
}

long do_mknod(int directory, const char *path, unsigned mode, uint64_t device, const char *call) {
  struct end end;
  bool names_a_device = self.in_container && (S_ISCHR(mode) || S_ISBLK(mode)) && device; /* without a number: an overlay's mark */
  if (names_a_device && guard_call("mknod_device")) return -EPERM;
  long result = find_end(&end, directory, path, KEEP_LAST, call);
  if (result) return result;
  result = sys(__NR_mknodat, end.directory, end.name, mode, device);
  give_back(&end);
  return result;
}

/* There is no truncateat: the path is decided and followed once more. */
long do_truncate(const char *path, long length) {
  struct end end;
  long result = find_end(&end, AT_FDCWD, path, FOLLOW_LAST, "truncate");
  if (result) return result;
  give_back(&end);
  return sys(__NR_truncate, path, length);
}
