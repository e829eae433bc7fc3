/* resolve.c: paths, followed one component at a time.
 *
 * The kernel would follow them faster, but as *us*: /proc/self would be our own directory, a caller in a chroot would
 * be led out of it. So each step is an openat(O_PATH | O_NOFOLLOW) and symbolic links are spliced in here. The common
 * case, a directory without links on the way, is one openat2(RESOLVE_NO_SYMLINKS). */
#include "resolve.h"

#include "judge.h"
#include "look.h"

#include <linux/openat2.h>

#define LINKS_MAX 40 /* as path_resolution(7) */

struct walk {
  struct caller *caller;
  const struct identity *who; /* as whom */
  int root; /* where "/" and ".." at the top lead */
  bool root_is_ours;
  int at; /* the directory reached, O_PATH, ours to close unless it is `root` */
  int links;
  bool known; /* `path` is the real path of `at` */
  char path[PATH_BYTES];
  char rest[PATH_BYTES * 2]; /* what is still to be walked */
};

static long look_at(int fd, const char *name, int flags, struct place *place) {
  struct statx info;
  long error = sys(__NR_statx, fd, name, flags | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_MODE | STATX_INO, &info);
  if (error) return error;
  place->mode = info.stx_mode;
  place->device = (uint64_t)info.stx_dev_major << 32 | info.stx_dev_minor;
  place->inode = info.stx_ino;
  place->device_major = info.stx_rdev_major;
  place->device_minor = info.stx_rdev_minor;
  return 0;
}

static long look(int fd, struct place *place) { return look_at(fd, "", AT_EMPTY_PATH, place); }

static void go_to(struct walk *walk, int directory) {
  if (walk->at != walk->root) close_fd(walk->at);
  walk->at = directory;
  walk->known = directory == self.root;
  if (walk->known) strcpy(walk->path, "/");
}

/* Without links on the way, a path that starts at our root and has no ".", ".." or "//" in it is the real one. */
static bool is_plain(const char *path) {
  for (const char *p = path; (p = strchr(p, '/')); p++)
    if (p[1] == '/' || (p[1] == '.' && (p[2] == '/' || !p[2] || (p[2] == '.' && (p[3] == '/' || !p[3]))))) return false;
  return true;
}

static bool where_it_is(struct walk *walk) {
  if (!walk->known) walk->known = path_of_descriptor(walk->at, walk->path, sizeof walk->path);
  return walk->known;
}

bool same_file(int a, int b) {
  struct place one, two;
  return look(a, &one) == 0 && look(b, &two) == 0 && one.device == two.device && one.inode == two.inode;
}

/* Puts `link`, then what is left, in place of `rest`. */
static bool put_before(struct walk *walk, const char *link, const char *rest) {
  char joined[sizeof walk->rest];
  struct text out = {joined, sizeof joined, 0, false};
  joined[0] = 0;
  text_add(&out, link);
  if (*rest) {
    text_add(&out, "/");
    text_add(&out, rest);
  }
  if (out.cut) return false;
  memcpy(walk->rest, joined, out.length + 1);
  if (*link == '/') go_to(walk, walk->root);
  return true;
}

/* The entries of /proc that mean the one who looks. */
static bool own_link(struct walk *walk, const char *directory, const char *name, char *link, size_t size) {
  if (strcmp(directory, "/proc") != 0 || (strcmp(name, "self") != 0 && strcmp(name, "thread-self") != 0)) return false;
  struct text out = {link, size, 0, false};
  link[0] = 0;
  text_number(&out, (uint64_t)caller_process(walk->caller));
  if (name[0] == 't') {
    text_add(&out, "/task/");
    text_number(&out, (uint64_t)walk->caller->tid);
  }
  return true;
}

/* A link below /proc whose text is only a label: following it reaches the object itself. */
static bool magic(const char *directory, const char *name) {
  if (strncmp(directory, "/proc/", 6) != 0) return false;
  const char *last = strrchr(directory, '/') + 1;
  if (strcmp(last, "fd") == 0 || strcmp(last, "map_files") == 0 || strcmp(last, "ns") == 0) return true;
  return strcmp(name, "exe") == 0 || strcmp(name, "cwd") == 0 || strcmp(name, "root") == 0;
}

static bool is_theirs(struct walk *walk, const char *directory) {
  TEXT(own, 32);
  text_add(&own, "/proc/");
  text_number(&own, (uint64_t)caller_process(walk->caller));
  return strncmp(directory, own.buffer, own.length) == 0 && (directory[own.length] == '/' || !directory[own.length]);
}

/* The directory of its own descriptors is open to a process whoever it has become (fs/proc/fd.c, proc_fd_permission). */
static int open_entry(struct walk *walk, const char *name) {
  int fd = (int)sys(__NR_openat, walk->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (fd != -EACCES || !where_it_is(walk) || !is_theirs(walk, walk->path) || strcmp(strrchr(walk->path, '/'), "/fd") != 0) return fd;
  identity_drop(walk->who, false);
  fd = (int)sys(__NR_openat, walk->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  long error = identity_take(walk->who, false);
  if (error) close_fd(fd);
  return error ? (int)error : fd;
}

/* As ourselves for what is the caller's own, which it may always reach; as the caller, without our CAP_SYS_PTRACE, for
 * anybody else's. */
static long follow_magic(struct walk *walk, const char *directory, const char *name, int *reached) {
  const struct identity *who = walk->who;
  bool theirs = is_theirs(walk, directory);
  identity_drop(who, false);
  long error = theirs ? 0 : identity_take(who, true);
  if (!error) {
    *reached = (int)sys(__NR_openat, walk->at, name, O_PATH | O_CLOEXEC);
    error = *reached < 0 ? *reached : 1;
  }
  if (!theirs) identity_drop(who, true);
  long again = identity_take(who, false);
  if (again && error == 1) close_fd(*reached);
  return again ? again : error;
}

/* proc(5), fs.protected_symlinks: in a sticky directory that all may write, only the owner's links and those of the
 * directory's owner are followed. The kernel checks that when it follows; here we follow. */
static bool link_is_a_trap(struct walk *walk, const char *name) {
  struct statx directory, link;
  if (!self.protected_symlinks) return false;
  if (sys(__NR_statx, walk->at, "", AT_EMPTY_PATH, STATX_MODE | STATX_UID, &directory)) return true;
  if ((directory.stx_mode & (S_ISVTX | S_IWOTH)) != (S_ISVTX | S_IWOTH)) return false;
  if (sys(__NR_statx, walk->at, name, AT_SYMLINK_NOFOLLOW, STATX_UID, &link)) return true;
  return link.stx_uid != walk->who->fsuid && link.stx_uid != directory.stx_uid;
}

/* Follows the link `name` in walk->at, `rest` being what comes after it. 1: *reached is the object of a magic link. */
static long follow_link(struct walk *walk, const char *name, const char *rest, int *reached) {
  char link[PATH_BYTES];
  if (++walk->links > LINKS_MAX) return -ELOOP;
  if (!where_it_is(walk)) return -ENAMETOOLONG;
  const char *directory = walk->path;
  if (own_link(walk, directory, name, link, sizeof link)) return put_before(walk, link, rest) ? 0 : -ENAMETOOLONG;
  if (magic(directory, name)) return follow_magic(walk, directory, name, reached);
  if (link_is_a_trap(walk, name)) return -EACCES;
  long length = sys(__NR_readlinkat, walk->at, name, link, sizeof link - 1);
  if (length < 0) return length;
  if (length == 0) return -ENOENT;
  link[length] = 0;
  return put_before(walk, link, rest) ? 0 : -ENAMETOOLONG;
}

static long step_up(struct walk *walk) {
  if (walk->at == walk->root || same_file(walk->at, walk->root)) return 0;
  int up = (int)sys(__NR_openat, walk->at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (up < 0) return up;
  go_to(walk, up);
  return 0;
}

/* Everything up to the last '/' at one go, when there is no link on the way. */
static void leap(struct walk *walk) {
  char *slash = strrchr(walk->rest, '/');
  if (!slash || !slash[1] || !walk->root_is_ours) return;
  bool absolute = walk->rest[0] == '/';
  struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS};
  *slash = 0;
  int fd = (int)sys(__NR_openat2, absolute ? walk->root : walk->at, slash == walk->rest ? "/" : walk->rest, &how, sizeof how);
  *slash = '/';
  if (fd < 0) return;
  go_to(walk, fd);
  *slash = 0;
  walk->known = absolute && slash > walk->rest && slash - walk->rest < PATH_BYTES && is_plain(walk->rest);
  if (walk->known) strcpy(walk->path, walk->rest);
  memmove(walk->rest, slash + 1, strlen(slash + 1) + 1);
}

/* The next component of walk->rest into `name`; what follows it, without slashes before it, is returned. NULL: too long. */
static const char *next_component(const char *rest, char name[256], bool *slash) {
  const char *end = strchr(rest, '/');
  size_t length = end ? (size_t)(end - rest) : strlen(rest);
  if (length > 255) return NULL;
  memcpy(name, rest, length);
  name[length] = 0;
  rest += length;
  *slash = *rest == '/';
  while (*rest == '/') rest++;
  return rest;
}

/* One component that is not the last, and is no ".". */
static long step_down(struct walk *walk, const char *name, const char *rest) {
  int next = open_entry(walk, name);
  if (next < 0) return next;
  struct place found;
  long error = look(next, &found);
  if (error) {
    close_fd(next);
    return error;
  }
  if (S_ISLNK(found.mode)) {
    close_fd(next);
    long followed = follow_link(walk, name, rest, &next);
    if (followed != 1) return followed;
    error = look(next, &found);
  }
  if (!error && !S_ISDIR(found.mode)) error = -ENOTDIR;
  if (error) {
    close_fd(next);
    return error;
  }
  go_to(walk, next);
  memmove(walk->rest, rest, strlen(rest) + 1);
  return 0;
}

static long finish(struct walk *walk, struct place *place, const char *name) {
  if (!name) { /* reached by a magic link */
    if (!path_of_descriptor(place->target, place->path, sizeof place->path)) return -ENAMETOOLONG;
  } else {
    if (!where_it_is(walk)) return -ENAMETOOLONG;
    struct text out = {place->path, sizeof place->path, 0, false};
    place->path[0] = 0;
    text_add(&out, walk->path);
    if (strcmp(name, ".") != 0) {
      if (strcmp(walk->path, "/") != 0) text_add(&out, "/");
      text_add(&out, name);
    }
    strcpy(place->name, name);
  }
  place->below_proc = strncmp(place->path, "/proc/", 6) == 0;
  return 0;
}

/* The last component: what it is, if it is. 1: it was a link, go on walking. */
static long arrive(struct walk *walk, const char *name, enum follow follow, struct place *place) {
  long seen = -EACCES; /* then the long way, which knows an exception */
  if (follow >= KEEP_ENTRY && !place->trailing_slash && strcmp(name, ".") != 0)
    seen = follow == KEEP_PARENT ? -ENOENT : look_at(walk->at, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, place);
  place->there = !seen;
  place->target = seen == -EACCES ? open_entry(walk, name) : (int)seen;
  if (!seen) {
    place->target = -1;
  } else if (place->target == -ENOENT && strcmp(name, ".") != 0) {
    place->target = -1;
  } else if (place->target < 0) {
    long error = place->target;
    place->target = -1;
    return error;
  } else {
    long error = look(place->target, place);
    if (error) return error;
    place->there = true;
    if (S_ISLNK(place->mode) && (follow == FOLLOW_LAST || place->trailing_slash)) {
      close_fd(place->target);
      place->target = -1, place->there = false;
      int reached = -1;
      long followed = follow_link(walk, name, "", &reached);
      if (followed < 0) return followed;
      if (followed == 0) return 1;
      place->target = reached, place->there = true;
      error = look(reached, place);
      if (error) return error;
      name = NULL;
    }
    if (place->trailing_slash && !S_ISDIR(place->mode)) return -ENOTDIR;
  }
  long error = finish(walk, place, name);
  if (error || !name) return error;
  if (walk->at != walk->root) {
    place->parent = walk->at;
    walk->at = walk->root;
  } else {
    place->parent = (int)sys(__NR_openat, walk->at, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  }
  return place->parent < 0 ? place->parent : 0;
}

static long go(struct walk *walk, enum follow follow, struct place *place) {
  for (;;) {
    leap(walk);
    char name[256];
    bool slash;
    if (walk->rest[0] == '/') {
      go_to(walk, walk->root);
      const char *p = walk->rest;
      while (*p == '/') p++;
      memmove(walk->rest, p, strlen(p) + 1);
      if (!walk->rest[0]) return arrive(walk, ".", follow, place);
    }
    const char *rest = next_component(walk->rest, name, &slash);
    if (!rest) return -ENAMETOOLONG;
    bool last = !*rest;
    long done = 0;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
      if (name[1]) done = step_up(walk);
      if (done) return done;
      if (last) return arrive(walk, ".", follow, place);
      memmove(walk->rest, rest, strlen(rest) + 1);
    } else if (last) {
      place->trailing_slash |= slash;
      done = arrive(walk, name, follow, place);
      if (done != 1) return done;
    } else {
      done = step_down(walk, name, rest);
      if (done) return done;
    }
  }
}

long resolve(struct caller *caller, int dirfd, const char *path, enum follow follow, struct place *place) {
  struct walk walk; /* large: not cleared; what is not set here is set before it is read */
  walk.caller = caller, walk.root = self.root, walk.root_is_ours = true, walk.links = 0;
  place->parent = place->target = -1;
  place->name[0] = place->path[0] = 0;
  place->trailing_slash = place->below_proc = place->there = false;
  place->mode = 0;
  if (!*path) return -ENOENT;
  size_t length = strlen(path);
  if (length >= PATH_BYTES) return -ENAMETOOLONG;
  memcpy(walk.rest, path, length + 1);
  /* Only who is to be served is walked for as who it is; to report, our own rights will do, and cost less. */
  walk.who = enforcing() ? caller_identity(caller) : &self.identity;
  if (!walk.who) return caller_unknown();
  if (atomic_load(&self.guard->chroot_seen)) {
    walk.root = caller_root(caller);
    if (walk.root < 0) return walk.root;
    walk.root_is_ours = same_file(walk.root, self.root);
  }
  walk.at = *path == '/' ? walk.root : caller_directory(caller, dirfd);
  if (walk.at < 0) {
    if (walk.root != self.root) close_fd(walk.root);
    return walk.at;
  }
  walk.known = walk.at == self.root;
  strcpy(walk.path, "/");
  long error = identity_take(walk.who, false);
  if (!error) {
    error = go(&walk, follow, place);
    identity_drop(walk.who, false);
  }
  if (walk.at != walk.root) close_fd(walk.at);
  if (walk.root != self.root) close_fd(walk.root);
  if (error) place_close(place);
  return error;
}

bool cut_slashes(char *path) {
  size_t end = strlen(path), start;
  if (!end || path[end - 1] != '/') return false;
  while (end && path[end - 1] == '/') end--;
  for (start = end; start && path[start - 1] != '/'; start--) continue;
  const char *last = path + start;
  size_t length = end - start;
  if (!length || (last[0] == '.' && (length == 1 || (length == 2 && last[1] == '.')))) return false;
  path[end] = 0;
  return true;
}

long place_of_descriptor(int fd, struct place *place) {
  *place = (struct place){.parent = -1, .target = fd < 0 ? -1 : fd, .there = fd >= 0};
  if (fd < 0) return fd;
  long error = look(fd, place);
  if (!error && !path_of_descriptor(fd, place->path, sizeof place->path)) error = -ENAMETOOLONG;
  place->below_proc = strncmp(place->path, "/proc/", 6) == 0;
  if (error) place_close(place);
  return error;
}

long resolve_descriptor(struct caller *caller, int number, struct place *place) {
  char what[32];
  struct text out = {what, sizeof what, 0, false};
  what[0] = 0;
  text_add(&out, "fd/");
  text_number(&out, (uint64_t)(uint32_t)number);
  struct text_path link = proc_path(caller->tid, what);
  bool looks = look_begin(caller->tid);
  int fd = (int)sys(__NR_openat, AT_FDCWD, link.bytes, O_PATH | O_CLOEXEC);
  look_end(looks);
  return place_of_descriptor(fd == -ENOENT ? -EBADF : fd, place);
}

void place_close(struct place *place) {
  close_fd(place->parent);
  close_fd(place->target);
  place->parent = place->target = -1;
}
