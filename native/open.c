/* open.c: opens that can change something. When enforcing, the supervisor opens what it judged, as the caller, and hands
 * the descriptor in: SECCOMP_IOCTL_NOTIF_ADDFD. Nothing the caller's memory says later can matter. */
#include <linux/openat2.h>

#include "judge.h"
#include "traced.h"
#include "traits.h"
#include "traps.h"

#define WRITING (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)

struct opening {
  struct caller *caller;
  const char *name;
  int dirfd;
  uint64_t flags; /* O_* as the caller gave them */
  uint32_t mode;
  uint64_t resolve; /* openat2's RESOLVE_* */
  bool how_in_memory; /* it is openat2, whose flags another thread may change */
};

/* The caller's umask and limits count where the file is made; RLIMIT_NOFILE where the descriptor is handed in. */
static long open_here(struct opening *o, struct place *place, bool *made) {
  uint64_t flags = (o->flags & ~(uint64_t)(O_NOFOLLOW | O_CLOEXEC)) | O_CLOEXEC | O_NOCTTY;
  *made = false;
  if (place->target >= 0) {
    if (S_ISLNK(place->mode)) return -ELOOP;
    if (S_ISDIR(place->mode) && o->flags & O_CREAT && (o->flags & O_TMPFILE) != O_TMPFILE) return -EISDIR;
    struct text_path link = descriptor_path(place->target);
    if ((flags & O_TMPFILE) == O_TMPFILE) umask_take(o->caller->identity.umask);
    uint64_t made_anew = flags & O_TMPFILE & ~O_DIRECTORY ? O_CREAT : O_CREAT | O_EXCL; /* O_EXCL: never to be linked */
    return sys(__NR_openat, AT_FDCWD, link.bytes, flags & ~made_anew, o->mode);
  }
  if (!(o->flags & O_CREAT)) return -ENOENT;
  umask_take(o->caller->identity.umask); /* a worker has its own: the threads do not share fs_struct */
  /* O_EXCL: what was judged is a file that is made. It keeps off links, too, and leaves no trace in F_GETFL. */
  long fd = sys(__NR_openat, place->parent, place->name, flags | O_EXCL | (o->flags & O_NOFOLLOW), o->mode);
  *made = fd >= 0;
  return fd;
}

/* proc(5), fs.protected_regular and fs.protected_fifos: O_CREAT in a sticky directory does not open what somebody else
 * put there. The kernel looks at it while it creates; we open what is there by descriptor. */
static bool planted(const struct opening *o, const struct place *place, const struct identity *who) {
  bool fifo = S_ISFIFO(place->mode), regular = S_ISREG(place->mode);
  uint32_t level = fifo ? self.protected_fifos : regular ? self.protected_regular : 0;
  struct statx directory, file;
  if (!(o->flags & O_CREAT) || !level || place->parent < 0 || place->target < 0) return false;
  if (sys(__NR_statx, place->parent, "", AT_EMPTY_PATH, STATX_MODE | STATX_UID, &directory) ||
      sys(__NR_statx, place->target, "", AT_EMPTY_PATH, STATX_UID, &file))
    return true;
  if (!(directory.stx_mode & S_ISVTX) || file.stx_uid == directory.stx_uid || file.stx_uid == who->fsuid) return false;
  return directory.stx_mode & S_IWOTH || (directory.stx_mode & S_IWGRP && level >= 2);
}

/* /dev/tty is the terminal of whoever opens it: theirs, not ours. */
static long open_their_terminal(struct opening *o) {
  char stat[512], path[32];
  if (proc_read(o->caller->tid, "stat", stat, sizeof stat) <= 0) return -ENXIO;
  const char *p = strrchr(stat, ')'); /* then: state ppid pgrp session tty_nr */
  for (int spaces = 0; p && *p && spaces < 5; p++) spaces += *p == ' ';
  uint64_t device;
  if (!p || !parse_number(&p, &device) || (device >> 8 & 0xfff) != 136) return -ENXIO;
  struct text out = {path, sizeof path, 0, false};
  path[0] = 0;
  text_add(&out, "/dev/pts/");
  text_number(&out, (device & 0xff) | (device >> 12 & 0xfff00));
  return sys(__NR_openat, AT_FDCWD, path, (o->flags & ~(uint64_t)O_CREAT) | O_CLOEXEC | O_NOCTTY, 0);
}

static bool waits_for_a_reader(const struct opening *o, const struct place *place) {
  return place->target >= 0 && S_ISFIFO(place->mode) && !(o->flags & O_NONBLOCK) && (o->flags & O_ACCMODE) == O_WRONLY;
}

/* Whether the last file that this worker opened with O_CREAT was not there: then the next may not be there either. */
static bool last_was_made[WORKERS + 1];

static void hand_in(struct opening *o, struct place *place, int fd, bool made) {
  uint64_t id = o->caller->call->id;
  long given = answer_descriptor(id, fd, o->flags & O_CLOEXEC);
  /* No descriptor was free, or the caller went away and may ask again: it must not find what it did not get. */
  if (made && (given == -EMFILE || (given == -ENOENT && o->flags & O_EXCL))) sys(__NR_unlinkat, place->parent, place->name, 0);
  last_was_made[worker_index()] = made;
}

/* What the kernel opens is looked at afterwards, and its content would be gone by then. So what was judged is truncated here.
 * False: it is answered. */
static bool truncate_first(struct opening *o, const struct place *place, const struct identity *who) {
  if (!(o->flags & O_TRUNC) || place->target < 0 || !S_ISREG(place->mode)) return true;
  struct text_path link = descriptor_path(place->target);
  long fd = identity_take(who, place->below_proc);
  if (!fd) {
    fd = planted(o, place, who) ? -EACCES : sys(__NR_openat, AT_FDCWD, link.bytes, (o->flags & ~(uint64_t)(O_CREAT | O_EXCL | O_NOFOLLOW)) | O_CLOEXEC | O_NOCTTY, 0);
    identity_drop(who, place->below_proc);
  }
  if (fd < 0) answer(o->caller->call->id, 0, (int32_t)fd);
  else close_fd((int)fd);
  traced_without_truncation();
  return fd >= 0;
}

/* False: the entry came into being since it was looked at, and has to be judged as what it is now. */
static bool perform(struct opening *o, struct place *place) {
  const struct identity *who = caller_identity(o->caller);
  uint64_t id = o->caller->call->id;
  if (self.guard->traced) { /* there is no way to hand a descriptor in */
    if (o->how_in_memory) answer(id, 0, -ENOSYS); /* as from a kernel without it: libc and Go go on with openat */
    else if (truncate_first(o, place, who)) traced_open(o->caller, o->name, o->flags & WRITING ? OR_WRITE : OR_READ, place);
    return true;
  }
  if (waits_for_a_reader(o, place)) {
    struct pending item = {.fd = place->target, .target = -1, .call = *o->caller->call, .identity = *who};
    item.open_flags = (int32_t)(o->flags & ~(uint64_t)(O_CREAT | O_EXCL | O_NOFOLLOW));
    if (!keep_pending(PENDING_FIFO, &item)) answer(id, 0, -EAGAIN);
    else place->target = -1; /* the keeper has it now */
    return true;
  }
  bool made = false, terminal = S_ISCHR(place->mode) && place->device_major == 5 && place->device_minor == 0;
  long fd = identity_take(who, place->below_proc);
  if (!fd) {
    fd = planted(o, place, who) ? -EACCES : terminal ? open_their_terminal(o) : open_here(o, place, &made);
    identity_drop(who, place->below_proc);
  }
  if (fd == -EEXIST && !(o->flags & O_EXCL)) return false;
  if (fd < 0) {
    answer(id, 0, (int32_t)fd);
    return true;
  }
  hand_in(o, place, (int)fd, made);
  return true;
}

static bool below_ours(const char *path) {
  if (strncmp(path, "/proc/", 6) != 0) return false;
  const char *p = path + 6;
  uint64_t pid;
  return parse_number(&p, &pid) && is_ours((int64_t)pid);
}

static bool has_our_root(const struct caller *caller) {
  if (!atomic_load(&self.guard->chroot_seen)) return true;
  int root = caller_root(caller);
  bool same = same_file(root, self.root);
  close_fd(root);
  return same;
}

/* openat2 with RESOLVE_*: the kernel's own rules for the way, then as any other. It walks for us, from our root: what could
 * go by another is not there (before Linux 5.6 it was not anywhere, and who uses it must be able to do without). */
static long resolve_restricted(struct opening *o, const char *path, struct place *place) {
  if (!(o->resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) && !has_our_root(o->caller)) return -ENOSYS;
  struct open_how how = {.flags = O_PATH | O_CLOEXEC | (o->flags & O_NOFOLLOW), .resolve = o->resolve};
  int base = caller_directory(o->caller, o->dirfd);
  if (base < 0) return base;
  int fd = (int)sys(__NR_openat2, base, path, &how, sizeof how);
  char parent[PATH_BYTES], *slash;
  if (fd == -ENOENT && o->flags & O_CREAT) {
    strcpy(parent, path);
    slash = strrchr(parent, '/');
    const char *last = slash ? slash + 1 : path;
    if (slash) *slash = 0;
    how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    fd = !*last || strlen(last) > 255 ? -ENOENT : (int)sys(__NR_openat2, base, slash ? (slash == parent ? "/" : parent) : ".", &how, sizeof how);
    *place = (struct place){.parent = fd, .target = -1};
    if (fd >= 0 && path_of_descriptor(fd, place->path, PATH_BYTES)) {
      struct text out = {place->path, sizeof place->path, strlen(place->path), false};
      if (out.length > 1) text_add(&out, "/");
      text_add(&out, last);
      strcpy(place->name, last);
      struct statx info; /* a link that leads nowhere: only the kernel could follow it within RESOLVE_*, and makes at once */
      if (!(o->flags & O_EXCL) && sys(__NR_statx, fd, last, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &info) == 0) {
        place_close(place);
        fd = -ELOOP;
      }
    }
  } else if (fd >= 0) {
    *place = (struct place){.parent = -1, .target = fd};
    struct statx info;
    sys(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_MODE, &info);
    place->mode = info.stx_mode;
    place->device_major = info.stx_rdev_major;
    place->device_minor = info.stx_rdev_minor;
    if (!path_of_descriptor(fd, place->path, sizeof place->path)) fd = -ENAMETOOLONG;
  }
  close_fd(base);
  return fd < 0 ? fd : 0;
}

/* As openat(2) says it, in its order. */
static long find(struct opening *o, const char *path, bool slash, struct place *place) {
  bool exclusive = (o->flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL), keep = o->flags & O_NOFOLLOW || exclusive || slash;
  place->parent = place->target = -1;
  if (!caller_identity(o->caller)) return caller_unknown();
  long error = o->resolve ? resolve_restricted(o, path, place) : resolve(o->caller, o->dirfd, path, keep ? KEEP_LAST : FOLLOW_LAST, place);
  if (error) return error;
  if (slash) return -EISDIR;
  if (place->target < 0) return o->flags & O_CREAT ? 0 : -ENOENT;
  if (exclusive) return -EEXIST;
  if (S_ISDIR(place->mode) && o->flags & (WRITING & ~O_TRUNC) && (o->flags & O_TMPFILE) != O_TMPFILE) return -EISDIR;
  return 0;
}

/* Devices every program writes to and that keep nothing; pipes and sockets reached through /proc/self/fd. */
static bool keeps_nothing(const struct place *place) {
  if (place->target < 0) return false;
  if (S_ISFIFO(place->mode) || S_ISSOCK(place->mode)) return *place->path != '/';
  if (!S_ISCHR(place->mode)) return false;
  if (place->device_major == 1) return place->device_minor == 3 || place->device_minor == 5 || place->device_minor == 7 || place->device_minor == 8 || place->device_minor == 9;
  return place->device_major == 5 || (place->device_major >= 136 && place->device_major <= 143);
}

/* Whether read rules are to be decided: the filter traps what they are about, and the policy has some. */
static bool decides_reads(void) { return self.guard->traps_reads && policy_asks_now() & OR_ASKS_READS; }

/* Directories are listed, not read. */
static bool may_be_read(struct opening *o, const struct place *place) {
  struct act act = {.kind = OR_READ, .program = o->caller->program, .target = place->path};
  bool reading = (o->flags & O_ACCMODE) != O_WRONLY && place->target >= 0 && !S_ISDIR(place->mode);
  return !reading || !decides_reads() || keeps_nothing(place) || judge(o->caller, &act, o->name, 0);
}

static uint32_t traits_of_opening(const struct opening *o, const struct place *place) {
  if (place->target < 0 || (o->flags & O_TMPFILE) == O_TMPFILE) return traits_of_mode(o->mode); /* it is made */
  return o->flags & O_TRUNC && S_ISREG(place->mode) ? TRAIT_TRUNCATES : 0;
}

/* False: to be done again, see perform(). */
static bool open_once(struct opening *o, const char *path, bool slash) {
  struct place place;
  struct caller *caller = o->caller;
  bool enforce = enforcing(), done = true;
  long error = find(o, path, slash, &place);
  if (error) {
    if (enforce) answer(caller->call->id, 0, (int32_t)error);
    else answer_continue(caller->call->id);
    place_close(&place);
    return true;
  }
  bool nameless = (o->flags & O_TMPFILE) == O_TMPFILE;
  if (nameless && place.target >= 0 && S_ISDIR(place.mode)) { /* judged as a file in that directory */
    struct text out = {place.path, sizeof place.path, strlen(place.path), false};
    text_add(&out, "/#tmpfile");
  }
  struct act act = {.kind = OR_WRITE, .program = caller->program, .target = place.path, .traits = traits_of_opening(o, &place)};
  bool writing = o->flags & WRITING && !(o->flags & O_PATH);
  if (writing && below_ours(place.path)) {
    refuse(caller, &act, o->name, "the supervisor's own process");
  } else if ((!writing || keeps_nothing(&place) || judge(caller, &act, o->name, 0)) && may_be_read(o, &place)) {
    if (!enforce) answer_continue(caller->call->id);
    else done = perform(o, &place);
  }
  place_close(&place);
  return done;
}

/* Many files made one after the other: to look for each costs as much as to make it. What may be made without a word is made
 * at once, and O_EXCL says whether it was there. False: nothing happened; to be done with care. */
static bool make_at_once(struct opening *o, const char *path) {
  const uint64_t other = O_PATH | O_DIRECTORY;
  struct place place;
  bool expected = o->flags & O_EXCL || last_was_made[worker_index()], made = false;
  if (!expected || !(o->flags & O_CREAT) || o->flags & other || o->resolve || self.guard->traced || !enforcing()) return false;
  const struct identity *who = caller_identity(o->caller);
  if (!who || resolve(o->caller, o->dirfd, path, KEEP_PARENT, &place)) return false;
  struct act act = {.kind = OR_WRITE, .program = o->caller->program, .target = place.path, .traits = traits_of_mode(o->mode)};
  if (place.target < 0 && !place.below_proc && passes_in_silence(&act) && still_waiting(o->caller->call->id) && !identity_take(who, false)) {
    long fd = open_here(o, &place, &made);
    identity_drop(who, false);
    if (made) hand_in(o, &place, (int)fd, true);
  }
  place_close(&place);
  if (!made) last_was_made[worker_index()] = false;
  return made;
}

static void open_judged(struct opening *o, uint64_t path_pointer) {
  char path[PATH_BYTES];
  long length = caller_string(o->caller, path_pointer, path, sizeof path);
  if (length < 0) {
    if (enforcing()) answer(o->caller->call->id, 0, (int32_t)length);
    else answer_continue(o->caller->call->id);
    return;
  }
  bool slash = o->flags & O_CREAT && cut_slashes(path); /* what is created does not end in a slash, whatever is there */
  if (!slash && make_at_once(o, path)) return;
  for (int attempt = 0; attempt < 16; attempt++)
    if (open_once(o, path, slash)) return;
  answer(o->caller->call->id, 0, -EAGAIN); /* somebody makes and removes it faster than it can be judged */
}

/* Combinations that kernels differ on, and refuse before they look at the path: so there is none. */
static void open_flagged(struct opening *o, uint64_t path_pointer) {
  const uint64_t nameless = O_TMPFILE & ~O_DIRECTORY;
  bool odd = o->flags & nameless || (o->flags & (O_CREAT | O_DIRECTORY)) == (O_CREAT | O_DIRECTORY);
  long error = odd ? sys(__NR_openat, AT_FDCWD, "", o->flags, o->mode) : -ENOENT;
  if (error == -EINVAL) answer(o->caller->call->id, 0, -EINVAL);
  else if (o->flags & O_PATH || (!(o->flags & WRITING) && !decides_reads()))
    answer_continue(o->caller->call->id); /* writes nothing, and the flags are in a register */
  else open_judged(o, path_pointer);
}

void handle_open(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  struct opening o = {caller, name, AT_FDCWD, (uint32_t)args[1], (uint32_t)args[2], 0, false};
  open_flagged(&o, args[0]);
}

void handle_openat(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  struct opening o = {caller, name, (int)args[0], (uint32_t)args[2], (uint32_t)args[3], 0, false};
  open_flagged(&o, args[1]);
}

void handle_creat(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  struct opening o = {caller, name, AT_FDCWD, O_CREAT | O_WRONLY | O_TRUNC, (uint32_t)args[1], 0, false};
  open_judged(&o, args[0]);
}

/* 0, or what the kernel says of this `how`: it looks at the path after that, so none is given. */
static long read_how(struct caller *caller, uint64_t address, uint64_t size, struct open_how *how) {
  union {
    struct open_how how;
    uint8_t bytes[256]; /* room for fields of kernels to come */
  } all = {0};
  if (size < sizeof *how) return -EINVAL;
  if (size > sizeof all) return -E2BIG;
  if (caller_read(caller, address, all.bytes, size) != (long)size) return -EFAULT;
  long error = sys(__NR_openat2, AT_FDCWD, "", &all, size);
  for (size_t i = sizeof *how; i < size; i++)
    if (all.bytes[i]) return -E2BIG; /* a field this supervisor does not know */
  *how = all.how;
  return error == -ENOENT ? 0 : error;
}

void handle_openat2(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  struct open_how how;
  long error = read_how(caller, args[2], args[3], &how);
  bool enforce = enforcing();
  if (error && enforce) {
    answer(caller->call->id, 0, (int32_t)error);
  } else if (error || (!enforce && !(how.flags & WRITING) && !decides_reads())) {
    answer_continue(caller->call->id);
  } else {
    struct opening o = {caller, name, (int)args[0], how.flags, (uint32_t)how.mode, how.resolve, true};
    open_judged(&o, args[1]);
  }
}
