/* policy.c: the policy in force. It is copied, checked whole, made read-only and swapped in one store; whoever decides
 * takes the pointer once. Copies are kept until KEPT newer ones have come: no decision is that slow. */
#include <sys/mman.h>
#include <sys/stat.h>

#include "../base64.h"
#include "../ed25519.h"
#include "inside.h"

#define KEPT 8u

/* Its language exports it; we do not. */
bool outrider_ed25519_verify(const uint8_t key[32], const uint8_t *message, size_t length, const uint8_t signature[64])
    __attribute__((visibility("hidden")));
bool outrider_ed25519_verify_digest(const uint8_t key[32], const uint8_t *message, size_t length, const uint8_t signature[64])
    __attribute__((visibility("hidden")));

static struct policy slots[KEPT];
static _Atomic(const struct policy *) in_force;
static _Atomic uint32_t epochs, seen_generation;
static _Atomic int32_t loading; /* pid of the process one of whose threads reads a new one; a fork may inherit it */

static void *allocate(size_t size) {
  long memory = sys(__NR_mmap, NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return (unsigned long)memory > -4096ul ? NULL : (void *)memory;
}

/* Closes `fd`, whose position others may share. */
static const char *read_opened(int fd, uint8_t **blob, size_t *size) {
  struct stat info;
  if (fd < 0) return fd == -ENOENT ? "the file does not exist" : "the file cannot be opened";
  const char *wrong = NULL;
  if (sys(__NR_fstat, fd, &info) || !S_ISREG(info.st_mode)) wrong = "not a regular file";
  else if (info.st_size <= 0) wrong = "too short for a policy";
  else if (info.st_size > (off_t)OR_POLICY_MAX_BYTES) wrong = "larger than a policy may be";
  *size = wrong ? 0 : (size_t)info.st_size;
  *blob = wrong ? NULL : allocate(*size);
  if (!wrong && !*blob) wrong = "no memory for it";
  for (size_t got = 0; !wrong && got < *size;) {
    long piece = sys(__NR_pread64, fd, *blob + got, *size - got, got);
    if (piece <= 0) wrong = "the file cannot be read";
    else got += (size_t)piece;
  }
  close_fd(fd);
  if (wrong && *blob) sys(__NR_munmap, *blob, *size);
  return wrong;
}

static const char *read_blob(const char *path, uint8_t **blob, size_t *size) {
  return read_opened((int)sys(__NR_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), blob, size);
}

static const char *decode_blob(const char *text, uint8_t **blob, size_t *size) {
  size_t room = text ? strlen(text) : 0;
  if (!room || room > OR_POLICY_MAX_BYTES) return "OUTRIDER_POLICY holds none";
  if (!(*blob = allocate(room))) return "no memory for it";
  long length = base64_decode(text, *blob, room);
  *size = length > 0 ? (size_t)length : 0;
  if (*size) return NULL;
  sys(__NR_munmap, *blob, room);
  return "OUTRIDER_POLICY is not base64";
}

static const char *check_signature(const uint8_t *blob, size_t size) {
  uint8_t key[32];
  const char *text = guard_setting("OUTRIDER_POLICY_KEY");
  const struct or_policy_header *header = (const struct or_policy_header *)blob;
  if (!text || !*text) return NULL;
  if (base64_decode(text, key, sizeof key) != sizeof key) return "OUTRIDER_POLICY_KEY is not 32 bytes of base64";
  if (!header->signature_offset) return "it is not signed, and OUTRIDER_POLICY_KEY is set";
  size_t body = size - OR_SIGNATURE_BYTES;
  bool digest = header->flags & OR_SIGNED_DIGEST;
  bool verified = (digest ? outrider_ed25519_verify_digest : outrider_ed25519_verify)(key, blob, body, blob + body);
  return verified ? NULL : "its signature does not verify";
}

static void install(uint8_t *blob, size_t size, bool built_in) {
  uint32_t epoch = atomic_fetch_add(&epochs, 1) + 1;
  struct policy *slot = &slots[epoch % KEPT];
  const struct or_policy_header *header = (const struct or_policy_header *)blob;
  if (slot->blob) sys(__NR_munmap, slot->blob, slot->size);
  sys(__NR_mprotect, blob, size, PROT_READ);
  uint32_t asks = policy_asks(blob);
  *slot = (struct policy){.blob = blob,
                          .size = size,
                          .asks = asks,
                          .epoch = epoch,
                          .blocks = header->mode == OR_MODE_BLOCK,
                          .reports_allowed = header->flags & OR_REPORT_ALLOWED,
                          .checks_reads = header->defaults[OR_READ] != OR_ALLOW || asks & (1u << OR_READ),
                          .built_in = built_in};
  atomic_store(&in_force, slot);
}

/* Checks a blob and puts it in force; else it is given back and the reason said. */
static const char *take(uint8_t *blob, size_t size, bool built_in) {
  const struct policy *now = atomic_load(&in_force);
  const char *wrong = policy_check(blob, size);
  if (!wrong && !self.in_container && policy_asks(blob) & OR_ASKS_PROGRAMS) wrong = "it has programs of an image, and a function has no image";
  if (!wrong && !self.in_container && policy_asks(blob) & OR_ASKS_ARGUMENTS) wrong = "it has rules about arguments, which only containers' supervisors decide";
  if (!wrong && !built_in) wrong = check_signature(blob, size);
  if (!wrong && now && !now->built_in &&
      ((const struct or_policy_header *)blob)->counter < ((const struct or_policy_header *)now->blob)->counter)
    wrong = "its counter is lower than that of the policy in force";
  if (wrong) sys(__NR_munmap, blob, size);
  else install(blob, size, built_in);
  return wrong;
}

static const char *load_generation(uint32_t generation) {
  uint8_t *blob;
  size_t size;
  if (self.in_container) {
    const char *refused = read_opened(relay_fetch(), &blob, &size);
    return refused ? refused : take(blob, size, false);
  }
  TEXT(path, 320);
  text_add(&path, self.directory);
  text_add(&path, "/" OR_STATE_POLICY);
  text_number(&path, generation);
  const char *wrong = read_blob(path.buffer, &blob, &size);
  return wrong ? wrong : take(blob, size, false);
}

static void refresh(uint32_t generation) {
  int32_t holder = 0, pid = (int32_t)sys(__NR_getpid);
  if (!atomic_compare_exchange_strong(&loading, &holder, pid)) {
    if (holder == pid || !atomic_compare_exchange_strong(&loading, &holder, pid)) return; /* meanwhile: the old one */
  }
  if (atomic_load(&seen_generation) != generation) {
    report_policy(load_generation(generation));
    atomic_store(&seen_generation, generation);
  }
  atomic_store(&loading, 0);
}

const struct policy *policy_now(void) {
  if (self.state) {
    uint32_t generation = atomic_load_explicit(&self.state->policy_generation, memory_order_relaxed);
    if (generation != atomic_load_explicit(&seen_generation, memory_order_relaxed)) refresh(generation);
  }
  return atomic_load_explicit(&in_force, memory_order_acquire);
}

const struct policy *policy_in_force(void) { return atomic_load(&in_force); }

bool policy_looks_at_loads(void) {
  const struct policy *now = policy_now();
  const struct or_policy_header *header = now->blob;
  bool learns = now->reports_allowed && self.state && atomic_load(&self.state->learning);
  return learns || now->asks & (1u << OR_LOAD) || header->defaults[OR_LOAD] != OR_ALLOW;
}

static bool came_with_layer(const char *path) {
  static const char *const names[] = {"learn.policy", "alert.policy", "block.policy"};
  TEXT(folder, 320);
  text_add(&folder, self.root);
  text_add(&folder, "/policy/");
  if (!*self.root || strncmp(path, folder.buffer, folder.length) != 0) return false;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(path + folder.length, names[i]) == 0) return true;
  return false;
}

/* What the relay hands out it has checked. Without a relay, what lies on the task volume. */
static void start_in_container(const char *path) {
  uint8_t *blob;
  size_t size;
  int fd = relay_fetch();
  uint32_t generation = self.state ? atomic_load(&self.state->policy_generation) : 0;
  const char *wrong = fd < 0 ? "the relay is not there" : read_opened(fd, &blob, &size);
  if (!wrong) wrong = take(blob, size, false);
  if (wrong && !read_blob(path, &blob, &size)) wrong = take(blob, size, false);
  atomic_store(&seen_generation, generation);
  if (wrong) report_policy(wrong);
}

void policy_start(void) {
  uint8_t *blob;
  size_t size;
  const char *where = guard_setting("OUTRIDER_GUARD");
  if (!where || !*where) return; /* we are loaded without having been asked to decide */
  if (self.in_container) {
    start_in_container(where);
    return;
  }
  bool in_environment = strcmp(where, "env") == 0;
  const char *wrong = in_environment ? decode_blob(guard_setting("OUTRIDER_POLICY"), &blob, &size) : read_blob(where, &blob, &size);
  if (!wrong) wrong = take(blob, size, !in_environment && came_with_layer(where));
  uint32_t generation = self.state ? atomic_load(&self.state->policy_generation) : 0;
  if (wrong) report_policy(wrong);
  else if (generation) refresh(generation); /* this process starts after the change */
}
