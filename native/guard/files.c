/* files.c: opens. One that only reads is done first and looked at afterwards, on the descriptor: so what is decided on
 * is what was opened. One that can write is decided before anything is created or cut, and then done in the directory
 * that was decided on. */
#include <linux/openat2.h>
#include <sys/stat.h>

#include "inside.h"

#define RETRIES 8 /* somebody keeps putting links in our way */
#define NAMELESS (O_TMPFILE & ~O_DIRECTORY)

static bool writes(int flags) {
  return !(flags & O_PATH) && ((flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC | NAMELESS));
}

/* Of a path that straight_path() made: so there are as many bytes to look at. */
static bool is_proc(const char *path) { return memcmp(path, "/proc/", 6) == 0; }

/* Of /proc/<pid>/<file>: the file, and whose; NULL for anything else. */
static const char *proc_file(const char *path, uint64_t *pid) {
  if (strncmp(path, "/proc/", 6) != 0) return NULL;
  path += 6;
  if (!parse_number(&path, pid) || *path != '/') return NULL;
  const char *slash = strrchr(path, '/'); /* task/<tid>/mem is the same memory */
  return slash + 1;
}

static int own_read(const char *path, const char *call) {
  uint64_t pid;
  const char *file = proc_file(path, &pid);
  if (!file || pid == (uint64_t)sys(__NR_getpid)) return 0;
  bool secret = strcmp(file, "environ") == 0 || strcmp(file, "mem") == 0 || strcmp(file, "maps") == 0;
  return secret ? guard_own(OR_READ, path, call, "another process's memory") : 0;
}

static int decide_write(const char *path, const char *call) {
  uint64_t pid;
  const char *file = proc_file(path, &pid);
  if (file && strcmp(file, "mem") == 0) return guard_own(OR_WRITE, path, call, "a process's memory");
  if (is_ours(path)) return guard_own(OR_WRITE, path, call, "the guard's own files");
  struct act act = {.kind = OR_WRITE, .target = path};
  return guard_act(&act, call, NULL);
}

static int decide_read(const struct policy *policy, const char *path, const char *call) {
  int error = own_read(path, call);
  if (error || !policy->checks_reads) return error;
  struct act act = {.kind = OR_READ, .target = path};
  return guard_act(&act, call, NULL);
}

static long refuse_open(long fd, int error) {
  sys(__NR_close, fd);
  return -error;
}

static long check_opened(const struct policy *policy, long fd, const char *call) {
  struct stat info;
  if (!policy->checks_reads && (sys(__NR_fstat, fd, &info) || info.st_dev != self.proc_dev)) return fd;
  struct spot *spot = spot_take();
  if (!spot) return fd;
  int error = path_of((int)fd, spot->path, sizeof spot->path) ? decide_read(policy, spot->path, call) : 0;
  spot_give(spot);
  return error ? refuse_open(fd, error) : fd;
}

static long open_reading(const struct policy *policy, int directory, const char *path, int flags, const char *call) {
  char text[PATH_BYTES];
  const char *straight = NULL;
  if (policy->checks_reads || *path == '/') straight = straight_path(directory, path, text) ? text : NULL;
  if (straight && !is_proc(straight)) {
    long fd = open_straight(AT_FDCWD, straight, flags, 0);
    int error = fd >= 0 && policy->checks_reads ? decide_read(policy, straight, call) : 0;
    if (error) return refuse_open(fd, error);
    if (fd != -ELOOP && (fd != -EACCES || *path == '/')) return fd; /* else perhaps only because of the way to where we are */
  }
  long fd = sys(__NR_openat, directory, path, flags, 0);
  return fd < 0 ? fd : check_opened(policy, fd, call);
}

/* In the directory that was found; -ELOOP: what is there now is a link. */
static long open_in(const struct spot *spot, int flags, unsigned mode) {
  if (self.has_openat2) return open_straight(spot->directory, spot->name, flags, mode);
  return sys(__NR_openat, spot->directory, spot->name, flags | O_NOFOLLOW, mode);
}

static long open_found(struct spot *spot, int directory, const char *path, int flags, unsigned mode, const char *call) {
  if ((flags & O_TMPFILE) == O_TMPFILE) { /* judged as a file in that directory */
    struct text out = {spot->path, sizeof spot->path, strlen(spot->path), false};
    text_add(&out, "/#tmpfile");
  }
  int error = *spot->path ? decide_write(spot->path, call) : 0; /* nothing with a path: a pipe by /dev/stdout */
  if (error) return -error;
  if (!spot->plain || spot->slash) return sys(__NR_openat, directory, path, flags, mode);
  return open_in(spot, flags, mode);
}

static long open_writing(int directory, const char *path, int flags, unsigned mode, const char *call) {
  bool keeps_links = flags & O_NOFOLLOW || (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
  long result = -ELOOP;
  struct spot *spot = spot_take();
  if (!spot) return -ENOMEM;
  for (int i = 0; i < RETRIES && result == -ELOOP; i++) {
    result = spot_find(directory, path, keeps_links ? KEEP_LAST : FOLLOW_LAST, spot);
    if (result) break;
    result = open_found(spot, directory, path, flags, mode, call);
    spot_close(spot);
    if (keeps_links) break;
  }
  spot_give(spot);
  return result;
}

/* Decided by its text, if it leads there without a link. -ELOOP: not that simple, or not allowed so. */
static long open_known(const struct policy *policy, int directory, const char *user_path, int flags, unsigned mode, const char *call) {
  char path[PATH_BYTES];
  if (flags & NAMELESS || !straight_path(directory, user_path, path) || is_proc(path) || is_ours(path)) return -ELOOP;
  struct act act = {.kind = OR_WRITE, .target = path};
  if (!guard_allowed(policy, &act, call)) return -ELOOP;
  long fd = open_straight(AT_FDCWD, path, flags, mode);
  return fd == -EACCES && *user_path != '/' ? -ELOOP : fd; /* perhaps only because of the way to where we are */
}

long do_open(int directory, const char *user_path, int flags, unsigned mode, const char *call) {
  const struct policy *policy = policy_now();
  if (!policy || flags & O_PATH || bad_pointer(user_path)) return sys(__NR_openat, directory, user_path, flags, mode);
  if (user_path[0] == '/' && user_path[1] == 'o' && node_note && strncmp(user_path, NOTE_PREFIX, sizeof NOTE_PREFIX - 1) == 0 &&
      node_note(user_path))
    return -ENOENT;
  if (!writes(flags)) return open_reading(policy, directory, user_path, flags, call);
  long fd = open_known(policy, directory, user_path, flags, mode, call);
  return fd == -ELOOP ? open_writing(directory, user_path, flags, mode, call) : fd;
}

/* With its own rules of resolution: decided by where the path leads without them, then made as it is. */
long do_openat2(int directory, const char *path, const void *how, size_t size) {
  if (bad_pointer(how) || bad_pointer(path) || size < sizeof(struct open_how) || size > 4096)
    return sys(NR_openat2, directory, path, how, size);
  struct open_how asked = *(const struct open_how *)how;
  if (!writes((int)asked.flags)) {
    const struct policy *policy = policy_now();
    long fd = sys(NR_openat2, directory, path, how, size);
    return fd < 0 || asked.flags & O_PATH || !policy ? fd : check_opened(policy, fd, "openat2");
  }
  struct spot *spot = spot_take();
  if (!spot) return -ENOMEM;
  long error = spot_find(directory, path, FOLLOW_LAST, spot);
  if (!error && *spot->path) error = -decide_write(spot->path, "openat2");
  spot_close(spot);
  spot_give(spot);
  return error == -EACCES ? error : sys(NR_openat2, directory, path, how, size);
}
