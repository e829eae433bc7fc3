/* paths.c: the real path of what a call is about, as the kernel sees it: the directory is opened, the kernel tells
 * where that is, and what is decided is then done on that very directory. */
#include <linux/openat2.h>
#include <sys/mman.h>

#include "inside.h"

#define LINKS_MAX 40 /* as the kernel follows at most */
#define KERNEL_LARGEFILE 0100000
#define NAMELESS (O_TMPFILE & ~O_DIRECTORY)
#define KNOWN_FLAGS                                                                                                  \
  (O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC | O_ASYNC | O_DIRECT | O_PATH | \
   O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_TMPFILE | KERNEL_LARGEFILE)

bool path_of(int fd, char *out, size_t size) {
  TEXT(link, 48);
  text_add(&link, "/proc/thread-self/fd/"); /* a thread may have a table of its own */
  text_number(&link, (uint64_t)fd);
  long length = sys(__NR_readlinkat, AT_FDCWD, link.buffer, out, size - 1);
  out[length > 0 ? length : 0] = 0;
  return length > 0 && *out == '/';
}

bool below(const char *path, const char *directory) {
  size_t same = 0;
  if (!directory[0] || !directory[1]) return false; /* there is none, or it is "/" */
  while (directory[same] && path[same] == directory[same]) same++;
  return !directory[same] && (path[same] == 0 || path[same] == '/');
}

bool is_ours(const char *path) { return below(path, self.directory) || below(path, self.root); }

void spot_close(struct spot *spot) {
  close_fd(spot->directory);
  spot->directory = -1;
}

/* Opens without following any link: what was decided by its text is what is opened. -ELOOP: there is a link. */
long open_straight(int directory, const char *path, int flags, unsigned mode) {
  struct open_how how = {.flags = (uint32_t)(flags & KNOWN_FLAGS), .resolve = RESOLVE_NO_SYMLINKS};
  if (flags & (O_CREAT | NAMELESS)) how.mode = mode & 07777;
  if (flags & O_PATH) how.flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  return sys(NR_openat2, directory, path, &how, sizeof how);
}

/* Absolute and without ".", ".." or empty components: if no link is met, it is its own real path. */
static bool is_straight(const char *path) {
  if (*path != '/') return false;
  for (; (path = strchr(path, '/')); path++) {
    if (path[1] == '/' || path[1] == 0) return false;
    if (path[1] != '.') continue;
    const char *after = path + (path[2] == '.' ? 3 : 2);
    if (*after == '/' || *after == 0) return false;
  }
  return true;
}

/* Whether a component is empty or begins with a dot, which the usual path has not: blocks of one size, of which the
 * compiler makes vectors. `path` goes on with a block of zeros. */
#define BLOCK 16u
static bool has_odd_component(const char *path, size_t length) {
  uint8_t found[BLOCK] = {0};
  uint64_t any[BLOCK / sizeof(uint64_t)];
  for (; length; path += BLOCK, length -= length < BLOCK ? length : BLOCK)
    for (size_t i = 0; i < BLOCK; i++)
      found[i] |= (uint8_t)((path[i] == '/') & ((path[i + 1] == '/') | (path[i + 1] == '.') | (path[i + 1] == 0)));
  memcpy(any, found, sizeof any);
  return any[0] | any[1];
}

bool straight_path(int directory, const char *path, char out[PATH_BYTES]) {
  size_t start = 0, length = strnlen(path, PATH_BYTES);
  if (!self.has_openat2 || !length || length == PATH_BYTES) return false;
  if (*path != '/') {
    long size = directory == AT_FDCWD ? sys(__NR_getcwd, out, PATH_BYTES - 1) : 0; /* with its NUL */
    if (size < 3 || out[0] != '/' || (size_t)size + length >= PATH_BYTES) return false;
    start = (size_t)size;
    out[start - 1] = '/';
  }
  memcpy(out + start, path, length);
  length += start;
  out[length] = 0;
  if (length + BLOCK >= PATH_BYTES) return is_straight(out);
  memset(out + length, 0, BLOCK + 1);
  return out[0] == '/' && (!has_odd_component(out, length) || is_straight(out));
}

/* The usual path, at half the price. False: not that simple. */
static bool find_straight(int directory, const char *path, struct spot *spot) {
  if (!straight_path(directory, path, spot->path)) return false;
  char *slash = strrchr(spot->path, '/');
  size_t length = strlen(slash + 1);
  if (!length || length >= sizeof spot->name) return false;
  *slash = 0;
  long fd = open_straight(AT_FDCWD, slash == spot->path ? "/" : spot->path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  *slash = '/';
  if (fd < 0) return false;
  memcpy(spot->name, slash + 1, length + 1);
  spot->directory = (int)fd;
  spot->plain = true;
  spot->slash = false;
  return true;
}

/* The path as a whole: a directory by "." or "..", or behind one of the kernel's own links below /proc, which lead
 * where no path needs to. */
static long find_whole(int directory, const char *path, struct spot *spot) {
  int fd = (int)sys(__NR_openat, directory, path, O_PATH | O_CLOEXEC);
  if (fd < 0) return fd;
  if (!path_of(fd, spot->path, sizeof spot->path)) spot->path[0] = 0;
  close_fd(fd);
  spot->plain = false;
  return 0;
}

/* Cuts `path` into a directory and its last component, without the slashes at its end. */
static size_t cut(const char *path, struct spot *spot, size_t *name_size) {
  size_t end = strlen(path);
  while (end > 1 && path[end - 1] == '/') end--;
  spot->slash = path[end] == '/';
  size_t start = end;
  while (start && path[start - 1] != '/') start--;
  *name_size = end - start;
  return start;
}

static long find_once(int directory, const char *path, struct spot *spot) {
  size_t name_size, length = cut(path, spot, &name_size);
  const char *name = path + length;
  bool dots = name[0] == '.' && (name_size == 1 || (name_size == 2 && name[1] == '.'));
  if (!*path) return -ENOENT;
  if (!name_size || dots) return find_whole(directory, path, spot);
  if (name_size >= sizeof spot->name || length >= sizeof spot->parent) return -ENAMETOOLONG;
  memcpy(spot->name, name, name_size);
  spot->name[name_size] = 0;
  if (length) memcpy(spot->parent, path, length);
  else spot->parent[length++] = '.';
  spot->parent[length] = 0;
  int fd = (int)sys(__NR_openat, directory, spot->parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return fd;
  spot->directory = fd;
  spot->plain = true;
  if (!path_of(fd, spot->path, sizeof spot->path)) return -ENOENT;
  struct text out = {spot->path, sizeof spot->path, strlen(spot->path), false};
  if (out.length > 1) text_add(&out, "/");
  text_add(&out, spot->name);
  return out.cut ? -ENAMETOOLONG : 0;
}

/* One step along a link. 0: there is none, the spot is found; 1: to be followed from `spot->link`; or -errno. */
static long step(struct spot *spot) {
  long length = sys(__NR_readlinkat, spot->directory, spot->name, spot->link, sizeof spot->link - 1);
  if (length < 0) return 0;
  spot->link[length] = 0;
  if (strncmp(spot->path, "/proc/", 6) != 0) return 1;
  long error = find_whole(spot->directory, spot->name, spot);
  spot_close(spot);
  return error;
}

long spot_find(int directory, const char *path, enum follow follow, struct spot *spot) {
  int held = -1;
  for (int links = 0; links <= LINKS_MAX; links++) {
    spot->directory = -1;
    spot->plain = false;
    long error = find_straight(directory, path, spot) ? 0 : find_once(directory, path, spot);
    close_fd(held);
    if (error || !spot->plain || (follow == KEEP_LAST && !spot->slash)) {
      if (error) spot_close(spot);
      return error;
    }
    if ((error = step(spot)) <= 0) return error;
    held = directory = spot->directory;
    path = spot->link;
  }
  spot_close(spot);
  return -ELOOP;
}

/* Room for spots: too large for the stack of a signal handler, and a vfork child must leave nothing behind. A thread
 * that is killed while it holds one has lost it for the others; then there is still mmap. */
static struct spot pool[4];
static _Atomic uint32_t taken;

struct spot *spot_take(void) {
  for (unsigned i = 0; i < sizeof pool / sizeof *pool; i++)
    if (!(atomic_fetch_or(&taken, 1u << i) & 1u << i)) return &pool[i];
  long memory = sys(__NR_mmap, NULL, sizeof(struct spot), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return (unsigned long)memory > -4096ul ? NULL : (struct spot *)memory;
}

void spot_give(struct spot *spot) {
  if (spot >= pool && spot < pool + sizeof pool / sizeof *pool) atomic_fetch_and(&taken, ~(1u << (spot - pool)));
  else sys(__NR_munmap, spot, sizeof *spot);
}
