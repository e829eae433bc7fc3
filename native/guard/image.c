/* image.c: see image.h. */
#include "image.h"

#include <elf.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "../sha256.h"

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#else
#define MACHINE EM_AARCH64
#endif
#define SEGMENTS_MAX 64 /* more than any program has; the rest is not looked at */
#define HASHES 32u      /* programs remembered */
#define PIECE 4096u

/* Opens for reading what an O_PATH descriptor refers to. */
static int reopen(int fd) {
  TEXT(link, 40);
  text_add(&link, "/proc/self/fd/");
  text_number(&link, (uint64_t)fd);
  return (int)sys(__NR_openat, AT_FDCWD, link.buffer, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static bool is_loader(const char *path) {
  const char *name = strrchr(path, '/');
  name = name ? name + 1 : path;
  return strncmp(name, "ld-linux", 8) == 0 || strncmp(name, "ld-2.", 5) == 0 || strncmp(name, "ld.so", 5) == 0 ||
         strncmp(name, "ld-musl", 7) == 0;
}

static void look_at_segments(int fd, const Elf64_Ehdr *header, struct image *out) {
  char interpreter[128];
  Elf64_Phdr segment;
  out->why = "static";
  for (unsigned i = 0; i < header->e_phnum && i < SEGMENTS_MAX; i++) {
    if (sys(__NR_pread64, fd, &segment, sizeof segment, header->e_phoff + i * sizeof segment) != (long)sizeof segment) return;
    if (segment.p_type != PT_INTERP) continue;
    long length = sys(__NR_pread64, fd, interpreter, sizeof interpreter - 1, segment.p_offset);
    interpreter[length > 0 ? length : 0] = 0;
    out->other_libc = strstr(interpreter, "/ld-musl") != NULL;
    out->takes_guard = !out->other_libc;
    out->why = out->other_libc ? "of another libc" : NULL;
    return;
  }
}

static void look_at_rights(int fd, struct image *out) {
  struct stat info;
  char capability[64];
  bool set_id = sys(__NR_fstat, fd, &info) == 0 && info.st_mode & (S_ISUID | S_ISGID);
  bool capable = sys(__NR_fgetxattr, fd, "security.capability", capability, sizeof capability) > 0;
  if ((!set_id && !capable) || sys(__NR_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) return; /* then they count for nothing */
  out->takes_guard = false;
  out->why = set_id ? "set-user-ID" : "with capabilities";
}

void image_look(int fd, const char *path, struct image *out) {
  Elf64_Ehdr header;
  memset(out, 0, sizeof *out);
  out->takes_guard = true;
  int file = reopen(fd);
  out->shortage = is_shortage(file);
  if (file < 0) return; /* not to be read by us: the kernel may run it all the same */
  long length = sys(__NR_pread64, file, out->head, sizeof out->head, 0);
  out->script = script_interpreter(out->head, &out->interpreter, &out->argument) != 0;
  if (!out->script && length >= (long)sizeof header && memcmp(out->head, ELFMAG, SELFMAG) == 0) {
    memcpy(&header, out->head, sizeof header);
    out->takes_guard = false;
    out->why = "of another architecture";
    out->loader = is_loader(path);
    if (out->loader) out->takes_guard = true, out->why = NULL;
    else if (out->head[EI_CLASS] == ELFCLASS64 && header.e_machine == MACHINE) look_at_segments(file, &header, out);
    if (out->takes_guard) look_at_rights(file, out);
  }
  close_fd(file);
}

struct hashed {
  _Atomic uint64_t key; /* 0: free, or being written */
  uint8_t digest[32];
};
static struct hashed hashes[HASHES];

static bool read_hash(int file, uint8_t digest[32]) {
  struct sha256 hash;
  uint8_t piece[PIECE];
  long length;
  sha256_begin(&hash);
  while ((length = sys(__NR_read, file, piece, sizeof piece)) > 0) sha256_add(&hash, piece, (size_t)length);
  sha256_end(&hash, digest);
  return length == 0;
}

bool image_hash(int fd, char out[65]) {
  struct stat info;
  uint8_t digest[32];
  if (sys(__NR_fstat, fd, &info) || !S_ISREG(info.st_mode)) return false;
  uint64_t facts[] = {info.st_dev, info.st_ino, (uint64_t)info.st_size, (uint64_t)info.st_mtim.tv_sec, (uint64_t)info.st_mtim.tv_nsec,
                      (uint64_t)info.st_ctim.tv_sec, (uint64_t)info.st_ctim.tv_nsec};
  uint64_t key = hash_bytes(self.seed, facts, sizeof facts) | 1;
  struct hashed *slot = &hashes[key / 2 % HASHES];
  bool cached = atomic_load(&slot->key) == key;
  memcpy(digest, slot->digest, sizeof digest);
  atomic_thread_fence(memory_order_acquire);
  if (!cached || atomic_load(&slot->key) != key) {
    int file = reopen(fd);
    bool read = file >= 0 && read_hash(file, digest);
    close_fd(file);
    if (!read) return false;
    atomic_store(&slot->key, 0);
    memcpy(slot->digest, digest, sizeof digest);
    atomic_store(&slot->key, key);
  }
  struct text hex = {out, 65, 0, false};
  text_hex(&hex, digest, sizeof digest);
  return true;
}
