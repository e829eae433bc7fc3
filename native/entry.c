/* entry.c: calls that change a directory entry, or a file by its path. Each end is resolved to the descriptor of its
 * directory and a name; that is what is judged and what the call is carried out with. */
#include <signal.h>
#include <sys/resource.h>

#include "judge.h"
#include "traits.h"
#include "traps.h"

enum expect { MUST_EXIST, MUST_NOT_EXIST, MAY_EXIST };

struct end {
  int dirfd;
  uint64_t path; /* pointer in the caller */
  enum expect expect;
  enum follow follow;
  bool by_name;    /* the entry itself is meant: not followed, whatever slashes come after it */
  bool empty_path; /* AT_EMPTY_PATH: "" means dirfd itself */
  struct place *place; /* large: lies with judge_change(), and is not cleared for every call */
  char entry[264];     /* the name *at() takes; a trailing slash is the kernel's to judge */
};

struct change {
  struct caller *caller;
  const char *name;
  struct end ends[2];
  unsigned end_count;
  bool makes; /* something whose mode the umask has a say in */
  long (*perform)(const struct change *change);
  uint64_t flags; /* of the call: AT_*, RENAME_*, a mode or a length */
  uint64_t device;
  uint32_t traits;
  const char *text; /* what a symbolic link shall say */
};

/* What the kernel would see at the end of `path`; ".." and "/" it refuses in its own ways. */
static const char *last_component(const struct end *end, const char *path) {
  size_t length = strlen(path);
  while (length && path[length - 1] == '/') length--;
  if (!length) return "/";
  bool up = length >= 2 && memcmp(path + length - 2, "..", 2) == 0 && (length == 2 || path[length - 3] == '/');
  return up ? ".." : end->place->name;
}

static long find(struct caller *caller, struct end *end) {
  char path[PATH_BYTES];
  end->place->parent = end->place->target = -1;
  long length = caller_string(caller, end->path, path, sizeof path);
  if (length < 0) return length;
  bool slash = end->by_name && cut_slashes(path);
  long error = !length && end->empty_path ? resolve_descriptor(caller, end->dirfd, end->place)
                                          : resolve(caller, end->dirfd, path, end->follow, end->place);
  if (error) return error;
  if (end->expect == MUST_EXIST && !end->place->there) return -ENOENT;
  if (end->expect == MUST_NOT_EXIST && end->place->there) return -EEXIST;
  struct text out = {end->entry, sizeof end->entry, 0, false};
  end->entry[0] = 0;
  text_add(&out, last_component(end, path));
  if (slash) text_add(&out, "/");
  return 0;
}

static void perform(struct change *change) {
  const struct identity *who = caller_identity(change->caller);
  bool exact = false;
  if (who && change->makes) umask_take(who->umask);
  for (unsigned i = 0; i < change->end_count; i++) exact |= change->ends[i].place->below_proc;
  long result = who ? identity_take(who, exact) : -EPERM;
  if (!result) {
    result = change->perform(change);
    identity_drop(who, exact);
  }
  answer(change->caller->call->id, 0, (int32_t)result);
}

static bool shortens(const struct change *change) {
  struct statx info;
  return sys(__NR_statx, change->ends[0].place->target, "", AT_EMPTY_PATH, STATX_SIZE, &info) == 0 && change->flags < info.stx_size;
}

static void judge_change(struct change *change) {
  struct caller *caller = change->caller;
  bool enforce = enforcing(), allowed = true;
  long error = 0;
  struct place places[2];
  for (unsigned i = 0; i < change->end_count; i++) {
    change->ends[i].place = &places[i];
    places[i].parent = places[i].target = -1;
  }
  for (unsigned i = 0; i < change->end_count && !error; i++) error = find(caller, &change->ends[i]);
  for (unsigned i = 0; i < change->end_count && !error && allowed; i++) {
    struct act act = {.kind = OR_WRITE, .program = caller->program, .target = change->ends[i].place->path, .traits = change->traits};
    if (act.traits & TRAIT_TRUNCATES && !shortens(change)) act.traits = 0;
    allowed = judge(caller, &act, change->name, 0);
  }
  if (allowed) { /* else it was answered */
    if (!enforce) answer_continue(caller->call->id);
    else if (error) answer(caller->call->id, 0, (int32_t)error);
    else perform(change);
  }
  for (unsigned i = 0; i < change->end_count; i++) place_close(change->ends[i].place);
}

static long do_unlink(const struct change *c) { return sys(__NR_unlinkat, c->ends[0].place->parent, c->ends[0].entry, c->flags); }

static void unlink_entry(struct caller *caller, const char *name, int dirfd, uint64_t path, uint64_t flags) {
  struct change change = {.caller = caller, .name = name, .end_count = 1, .perform = do_unlink, .flags = flags, .traits = TRAIT_REMOVES};
  change.ends[0] = (struct end){.dirfd = dirfd, .path = path, .expect = MUST_EXIST, .follow = KEEP_ENTRY, .by_name = true};
  judge_change(&change);
}

void handle_unlink(struct caller *caller, const char *name) { unlink_entry(caller, name, AT_FDCWD, caller->call->data.args[0], 0); }
void handle_rmdir(struct caller *caller, const char *name) { unlink_entry(caller, name, AT_FDCWD, caller->call->data.args[0], AT_REMOVEDIR); }

void handle_unlinkat(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  unlink_entry(caller, name, (int)args[0], args[1], (uint32_t)args[2]);
}

static long do_mkdir(const struct change *c) { return sys(__NR_mkdirat, c->ends[0].place->parent, c->ends[0].place->name, c->flags); }

static void make_directory(struct caller *caller, const char *name, int dirfd, uint64_t path, uint64_t mode) {
  struct change change = {.caller = caller, .name = name, .end_count = 1, .makes = true, .perform = do_mkdir, .flags = mode};
  change.ends[0] = (struct end){.dirfd = dirfd, .path = path, .expect = MUST_NOT_EXIST, .follow = KEEP_ENTRY, .by_name = true};
  judge_change(&change);
}

void handle_mkdir(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  make_directory(caller, name, AT_FDCWD, args[0], (uint32_t)args[1]);
}

void handle_mkdirat(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  make_directory(caller, name, (int)args[0], args[1], (uint32_t)args[2]);
}

static long do_mknod(const struct change *c) {
  return sys(__NR_mknodat, c->ends[0].place->parent, c->ends[0].entry, c->flags, c->device);
}

static void make_node(struct caller *caller, const char *name, int dirfd, uint64_t path, uint64_t mode, uint64_t device) {
  struct act act = {.kind = OR_SYSCALL, .program = caller->program, .target = "mknod_device"};
  bool names_a_device = (S_ISCHR(mode) || S_ISBLK(mode)) && device; /* without a number it is an overlay's mark */
  if (names_a_device && !judge(caller, &act, name, 0)) return;
  struct change change = {.caller = caller, .name = name, .end_count = 1, .makes = true, .perform = do_mknod, .flags = mode, .device = device};
  if (S_ISREG(mode) || !(mode & S_IFMT)) change.traits = traits_of_mode((uint32_t)mode);
  change.ends[0] = (struct end){.dirfd = dirfd, .path = path, .expect = MUST_NOT_EXIST, .follow = KEEP_ENTRY, .by_name = true};
  judge_change(&change);
}

void handle_mknod(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  make_node(caller, name, AT_FDCWD, args[0], (uint32_t)args[1], (uint32_t)args[2]);
}

void handle_mknodat(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  make_node(caller, name, (int)args[0], args[1], (uint32_t)args[2], (uint32_t)args[3]);
}

static long do_symlink(const struct change *c) {
  return sys(__NR_symlinkat, c->text, c->ends[0].place->parent, c->ends[0].entry);
}

static void make_symlink(struct caller *caller, const char *name, uint64_t target, int dirfd, uint64_t path) {
  char text[PATH_BYTES];
  long length = caller_string(caller, target, text, sizeof text);
  if (length < 0) {
    answer(caller->call->id, 0, (int32_t)length);
    return;
  }
  struct change change = {.caller = caller, .name = name, .end_count = 1, .perform = do_symlink, .text = text};
  change.ends[0] = (struct end){.dirfd = dirfd, .path = path, .expect = MUST_NOT_EXIST, .follow = KEEP_ENTRY, .by_name = true};
  judge_change(&change);
}

void handle_symlink(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  make_symlink(caller, name, args[0], AT_FDCWD, args[1]);
}

void handle_symlinkat(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  make_symlink(caller, name, args[0], (int)args[1], args[2]);
}

/* The old end by descriptor: a hard link to what was judged, not to what the name means by now. */
static long do_link(const struct change *c) {
  struct text_path link = descriptor_path(c->ends[0].place->target);
  uint64_t flags = (c->flags & ~(uint64_t)AT_EMPTY_PATH) | AT_SYMLINK_FOLLOW;
  return sys(__NR_linkat, AT_FDCWD, link.bytes, c->ends[1].place->parent, c->ends[1].entry, flags);
}

static void make_link(struct caller *caller, const char *name, const struct end *old, const struct end *new, uint64_t flags) {
  struct change change = {.caller = caller, .name = name, .end_count = 2, .perform = do_link, .ends = {*old, *new}, .flags = flags};
  judge_change(&change);
}

void handle_link(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  make_link(caller, name, &(struct end){.dirfd = AT_FDCWD, .path = args[0], .follow = KEEP_LAST},
            &(struct end){.dirfd = AT_FDCWD, .path = args[1], .expect = MUST_NOT_EXIST, .follow = KEEP_ENTRY, .by_name = true}, 0);
}

void handle_linkat(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  make_link(caller, name,
            &(struct end){.dirfd = (int)args[0],
                          .path = args[1],
                          .follow = args[4] & AT_SYMLINK_FOLLOW ? FOLLOW_LAST : KEEP_LAST,
                          .empty_path = args[4] & AT_EMPTY_PATH},
            &(struct end){.dirfd = (int)args[2], .path = args[3], .expect = MUST_NOT_EXIST, .follow = KEEP_ENTRY, .by_name = true},
            (uint32_t)args[4]);
}

static long do_rename(const struct change *c) {
  return sys(__NR_renameat2, c->ends[0].place->parent, c->ends[0].entry, c->ends[1].place->parent, c->ends[1].entry, c->flags);
}

static void rename_entry(struct caller *caller, const char *name, const struct end *old, const struct end *new, uint64_t flags) {
  struct change change = {.caller = caller, .name = name, .end_count = 2, .perform = do_rename, .ends = {*old, *new}, .flags = flags, .traits = TRAIT_RENAMES};
  judge_change(&change);
}

void handle_rename(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  rename_entry(caller, name, &(struct end){.dirfd = AT_FDCWD, .path = args[0], .follow = KEEP_ENTRY, .by_name = true},
               &(struct end){.dirfd = AT_FDCWD, .path = args[1], .expect = MAY_EXIST, .follow = KEEP_ENTRY, .by_name = true}, 0);
}

void handle_renameat(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  uint64_t flags = caller->call->data.nr == __NR_renameat2 ? (uint32_t)args[4] : 0;
  rename_entry(caller, name, &(struct end){.dirfd = (int)args[0], .path = args[1], .follow = KEEP_ENTRY, .by_name = true},
               &(struct end){.dirfd = (int)args[2], .path = args[3], .expect = MAY_EXIST, .follow = KEEP_ENTRY, .by_name = true}, flags);
}

static long do_truncate(const struct change *c) {
  struct { uint64_t now, most; } limit; /* struct rlimit64 */
  struct statx info;
  if (sys(__NR_prlimit64, c->caller->tid, RLIMIT_FSIZE, NULL, &limit) == 0 && c->flags > limit.now && (int64_t)c->flags > 0 &&
      sys(__NR_statx, c->ends[0].place->target, "", AT_EMPTY_PATH, STATX_SIZE, &info) == 0 && c->flags > info.stx_size) {
    sys(__NR_tgkill, caller_process(c->caller), c->caller->tid, SIGXFSZ);
    return -EFBIG;
  }
  struct text_path link = descriptor_path(c->ends[0].place->target);
  long fd = sys(__NR_openat, AT_FDCWD, link.bytes, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return fd == -ENXIO ? -EINVAL : fd;
  long result = sys(__NR_ftruncate, fd, c->flags);
  close_fd((int)fd);
  return result;
}

void handle_truncate(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  struct change change = {.caller = caller, .name = name, .end_count = 1, .perform = do_truncate, .flags = args[1], .traits = TRAIT_TRUNCATES};
  change.ends[0] = (struct end){.dirfd = AT_FDCWD, .path = args[0], .expect = MUST_EXIST, .follow = FOLLOW_LAST};
  judge_change(&change);
}
