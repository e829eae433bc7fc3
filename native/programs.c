/* programs.c: see programs.h.
 *
 * What was read is remembered by device, inode, size, ctime and mtime. That says that a file is the same only if
 *   - its file system stamps it at every change (tmpfs does not, when it is written by a shared mapping; another machine
 *     may be behind a network's);
 *   - its ctime is older than the clock's step, or the next change may have the same;
 *   - nobody can write to it without a new stamp: who has mapped a page writable may, as long as the page is dirty.
 * The last can be known only while the kernel lets nobody write: at the stop that ends an exec. So what was read there is
 * `settled`, and only that spares the second reading, at that stop. What was read before serves to judge by. */
#include "programs.h"

#include <sys/vfs.h>

#include "caller.h"
#include "lock.h"
#include "resolve.h"
#include "sha256.h"

#define REMEMBERED 256u          /* programs that one container runs are some dozen */
#define STEP_NS 50000000u        /* more than the step of any kernel's coarse clock */
#define REALTIME_COARSE 5
#define PIECE (16u << 10)

struct remembered {
  struct facts facts;
  uint8_t digest[32];
  bool known, settled;
};
static struct remembered table[REMEMBERED];
static unsigned next_place;
static _Atomic uint32_t lock_word;

static void lock(void) { lock_take(&lock_word); }
static void unlock(void) { lock_release(&lock_word); }

void programs_take_over(void) {
  memset(table, 0, sizeof table);
  atomic_store(&lock_word, 0);
}

static struct remembered *find(const struct facts *facts) {
  for (unsigned i = 0; i < REMEMBERED; i++)
    if (table[i].known && memcmp(&table[i].facts, facts, sizeof *facts) == 0) return &table[i];
  return NULL;
}

static bool recall(const struct facts *facts, bool settled, uint8_t digest[32]) {
  lock();
  const struct remembered *found = find(facts);
  bool good = found && (found->settled || !settled);
  if (good) memcpy(digest, found->digest, sizeof found->digest);
  unlock();
  return good;
}

static void remember(const struct facts *facts, bool settled, const uint8_t digest[32]) {
  lock();
  struct remembered *place = find(facts);
  if (!place) place = &table[next_place++ % REMEMBERED];
  else settled |= place->settled && memcmp(place->digest, digest, sizeof place->digest) == 0;
  *place = (struct remembered){.facts = *facts, .known = true, .settled = settled};
  memcpy(place->digest, digest, sizeof place->digest);
  unlock();
}

/* Local file systems on disk, and overlayfs on such (statfs(2)). */
static bool stamps_every_change(int file) {
  static const uint32_t types[] = {0xef53 /* ext4 */, 0x58465342 /* xfs */, 0x9123683e /* btrfs */, 0x794c7630 /* overlayfs */,
                                   0xf2f52010 /* f2fs */, 0x73717368 /* squashfs */, 0xe0f5e1e2 /* erofs */};
  struct statfs info;
  if (sys(__NR_fstatfs, file, &info)) return false;
  for (unsigned i = 0; i < sizeof types / sizeof *types; i++)
    if ((uint32_t)info.f_type == types[i]) return true;
  return false;
}

static uint64_t nanoseconds(const struct statx_timestamp *time) {
  return time->tv_sec < 0 ? 0 : (uint64_t)time->tv_sec * 1000000000u + time->tv_nsec;
}

static const char *look(int file, struct facts *facts) {
  struct statx info;
  if (sys(__NR_statx, file, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &info)) return "not hashed: its file cannot be looked at";
  facts->device = (uint64_t)info.stx_dev_major << 32 | info.stx_dev_minor;
  facts->inode = info.stx_ino;
  facts->size = info.stx_size;
  facts->changed = nanoseconds(&info.stx_ctime);
  facts->modified = nanoseconds(&info.stx_mtime);
  if (!S_ISREG(info.stx_mode)) return "not hashed: it is no file";
  return info.stx_size > HASHED_BYTES_MAX ? "not hashed: larger than 512 MiB" : NULL;
}

/* False: it cannot be read to its end, or goes on for ever. */
static bool read_through(int file, uint8_t digest[32]) {
  struct sha256 hash;
  uint8_t piece[PIECE];
  uint64_t total = 0;
  sha256_begin(&hash);
  for (;;) {
    long length = sys(__NR_read, file, piece, sizeof piece);
    if (length == -EINTR) continue; /* the keeper's, for a caller that is gone: the next one will want it too */
    if (length <= 0 || (total += (uint64_t)length) > HASHED_BYTES_MAX) {
      sha256_end(&hash, digest);
      return length == 0;
    }
    sha256_add(&hash, piece, (size_t)length);
  }
}

/* Of an open file. `settled`: nobody can write to it. */
static bool hash_of(int file, const struct facts *facts, bool settled, uint8_t digest[32]) {
  struct facts after;
  uint64_t now = now_ns(REALTIME_COARSE);
  bool steady = facts->changed + STEP_NS < now && stamps_every_change(file);
  if (steady && recall(facts, settled, digest)) return true;
  if (!read_through(file, digest)) return false;
  if (steady && !look(file, &after) && memcmp(facts, &after, sizeof after) == 0) remember(facts, settled, digest);
  return true;
}

static int reopen(const char *path) { return (int)sys(__NR_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); }

void program_hash(int file, struct program_hash *out) {
  uint8_t digest[32];
  memset(out, 0, sizeof *out);
  out->wrong = look(file, &out->facts);
  if (out->wrong) return;
  struct text_path link = descriptor_path(file);
  int fd = reopen(link.bytes);
  if (fd < 0 || !hash_of(fd, &out->facts, false, digest)) out->wrong = "not hashed: it cannot be read";
  close_fd(fd);
  struct text hex = {out->sha256, sizeof out->sha256, 0, false};
  if (!out->wrong) text_hex(&hex, digest, sizeof digest);
}

bool program_is_what_was_hashed(int32_t process, const struct program_hash *hashed) {
  struct facts facts;
  uint8_t digest[32];
  TEXT(hex, 65);
  struct text_path exe = proc_path(process, "exe");
  int fd = reopen(exe.bytes);
  bool same = fd >= 0 && !look(fd, &facts) && hash_of(fd, &facts, true, digest);
  close_fd(fd);
  if (same) text_hex(&hex, digest, sizeof digest);
  return same && strcmp(hex.buffer, hashed->sha256) == 0;
}
