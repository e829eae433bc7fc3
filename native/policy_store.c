/* policy_store.c: the policy in force. The file is copied, not mapped, so nobody can change or shorten it under us;
 * the copy is checked, then made read-only. Whoever decides holds a reference: a swap never waits and never pulls a
 * policy away. */
#include <sys/mman.h>
#include <sys/stat.h>

#include "base64.h"
#include "ed25519.h"
#include "guard.h"

#define SLOTS 4 /* one in force, one being read, and two that a slow decision may still hold */

struct stored {
  void *blob;
  size_t size; /* of the mapping; 0: static */
  _Atomic uint32_t asks;
  _Atomic uint32_t users;
};

/* Without a file: watch and report, stop nothing. */
static struct {
  struct or_policy_header header;
  char strings[4];
} builtin = {.header = {.magic = {'O', 'U', 'T', 'R', 'P', 'O', 'L', '2'},
                        .total_size = sizeof builtin,
                        .version = OR_POLICY_VERSION,
                        .header_size = sizeof(struct or_policy_header),
                        .flags = OR_REPORT_ALLOWED,
                        .rules_offset = sizeof(struct or_policy_header),
                        .strings_offset = sizeof(struct or_policy_header),
                        .strings_size = 4}};

static struct stored store[SLOTS] = {{.blob = &builtin}};
static _Atomic uint32_t in_force;

const void *policy_acquire(uint32_t *slot) {
  for (;;) {
    uint32_t now = atomic_load(&in_force);
    atomic_fetch_add(&store[now].users, 1);
    if (atomic_load(&in_force) == now) {
      *slot = now;
      return store[now].blob;
    }
    atomic_fetch_sub(&store[now].users, 1);
  }
}

void policy_release(uint32_t slot) { atomic_fetch_sub(&store[slot].users, 1); }

bool policy_is_builtin(void) { return store[atomic_load(&in_force)].blob == &builtin; }

uint32_t policy_asks_of(uint32_t slot) { return atomic_load(&store[slot].asks); }

uint32_t policy_asks_now(void) { return atomic_load(&store[atomic_load(&in_force)].asks); }

static const char *check_signature(const uint8_t *blob, size_t size, const char *key_base64) {
  uint8_t key[32];
  const struct or_policy_header *header = (const struct or_policy_header *)blob;
  if (!key_base64) return NULL;
  if (base64_decode(key_base64, key, sizeof key) != sizeof key) return "the key given with --key is not 32 bytes of base64";
  if (!header->signature_offset) return "it is not signed, and a key was given";
  size_t body = size - OR_SIGNATURE_BYTES;
  bool digest = header->flags & OR_SIGNED_DIGEST;
  bool verified = (digest ? outrider_ed25519_verify_digest : outrider_ed25519_verify)(key, blob, body, blob + body);
  return verified ? NULL : "its signature does not verify";
}

static struct stat last; /* the file that was read last; all 0: none */

bool policy_is_another(const char *path) {
  struct stat now;
  if (sys(__NR_newfstatat, AT_FDCWD, path, &now, 0)) return false;
  return now.st_dev != last.st_dev || now.st_ino != last.st_ino || memcmp(&now.st_ctim, &last.st_ctim, sizeof now.st_ctim) != 0;
}

static const char *read_file(const char *path, uint8_t **blob, size_t *size) {
  struct stat info = {0};
  int fd = (int)sys(__NR_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return fd == -ENOENT ? "the file does not exist" : "the file cannot be opened";
  const char *wrong = NULL;
  bool known = sys(__NR_fstat, fd, &info) == 0;
  last = info;
  if (!known || !S_ISREG(info.st_mode)) wrong = "not a regular file";
  else if (info.st_size < (off_t)sizeof(struct or_policy_header)) wrong = "too short for a policy";
  else if (info.st_size > (off_t)OR_POLICY_MAX_BYTES) wrong = "larger than a policy may be";
  if (!wrong) {
    *size = (size_t)info.st_size;
    long memory = sys(__NR_mmap, NULL, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *blob = (uint8_t *)memory;
    if (memory < 0 && memory > -4096) wrong = "no memory for it";
    size_t got = 0;
    while (!wrong && got < *size) {
      long piece = sys(__NR_read, fd, *blob + got, *size - got);
      if (piece <= 0) {
        sys(__NR_munmap, *blob, *size);
        wrong = "the file cannot be read";
      }
      got += (size_t)(piece > 0 ? piece : 0);
    }
  }
  close_fd(fd);
  return wrong;
}

/* Puts a checked blob in force. NULL, or why that cannot be: then it is still the caller's. */
static const char *install(uint8_t *blob, size_t size) {
  uint32_t free_slot = SLOTS;
  for (uint32_t i = 0; i < SLOTS; i++)
    if (i != atomic_load(&in_force) && atomic_load(&store[i].users) == 0) free_slot = i;
  if (free_slot == SLOTS) return "earlier policies are still being decided by";
  sys(__NR_mprotect, blob, size, PROT_READ);
  struct stored *slot = &store[free_slot];
  if (slot->size) sys(__NR_munmap, slot->blob, slot->size);
  slot->blob = blob;
  slot->size = size;
  atomic_store(&slot->asks, policy_asks(blob));
  atomic_store(&in_force, free_slot);
  return NULL;
}

static void show_to_twin(const uint8_t *blob, size_t size) {
  if (!self.guard) return; /* `outrider-run check` */
  atomic_store(&self.guard->policy_size, 0);
  memcpy(self.guard->policy, blob, size);
  atomic_store(&self.guard->policy_size, (uint32_t)size);
}

void undecided_names(const void *blob, struct text *out) {
  static const char *const names[] = {"resolve", "read", "load", "invoke"};
  uint32_t asks = policy_asks(blob);
  const char *before = "undecided:";
  for (unsigned kind = OR_RESOLVE; kind < OR_KINDS; kind++) {
    if (!(asks & 1u << kind)) continue;
    if (self.guard && self.guard->relayed && kind != OR_INVOKE) continue; /* the guard decides them */
    /* Without a guard, in `outrider-run check`, as it would be at a start. */
    if (kind == OR_READ && asks & OR_ASKS_READS && (!self.guard || self.guard->traps_reads)) continue;
    text_add(out, before);
    text_add(out, names[kind - OR_RESOLVE]);
    before = ",";
  }
}

/* What the agent puts down while there is no policy yet: all is allowed and reported. It needs no signature where we would
 * only watch anyhow, and is not put in force. */
static bool is_learning(const struct or_policy_header *policy) {
  static const uint8_t allowed[OR_KINDS];
  return !policy->signature_offset && policy->counter == 0 && policy->rule_count == 0 && policy->programs_count == 0 &&
         policy->flags & OR_REPORT_ALLOWED && memcmp(policy->defaults, allowed, sizeof allowed) == 0;
}

const char *policy_load(const char *path, const char *key_base64, bool first) {
  uint8_t *blob;
  size_t size;
  const char *wrong = read_file(path, &blob, &size);
  if (wrong) return wrong;
  wrong = policy_check(blob, size);
  bool mild = key_base64 && self.guard && !self.options->security && policy_is_builtin();
  if (!wrong && mild && is_learning((const struct or_policy_header *)blob)) {
    sys(__NR_munmap, blob, size);
    return NULL;
  }
  if (!wrong) wrong = check_signature(blob, size, key_base64);
  const struct or_policy_header *now = store[atomic_load(&in_force)].blob, *next = (const struct or_policy_header *)blob;
  if (!wrong && !first && !policy_is_builtin() && next->counter < now->counter) wrong = "its counter is lower than that of the policy in force";
  if (!wrong) wrong = install(blob, size);
  if (wrong) sys(__NR_munmap, blob, size);
  else show_to_twin(blob, size);
  return wrong;
}

void policy_take_over(void) {
  for (unsigned i = 0; i < SLOTS; i++) atomic_store(&store[i].users, 0); /* who decided by one died with our predecessor */
  size_t size = atomic_load(&self.guard->policy_size);
  if (!size || size > sizeof self.guard->policy) return; /* it died while writing: the file will be read */
  long memory = sys(__NR_mmap, NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory < 0 && memory > -4096) return;
  memcpy((void *)memory, self.guard->policy, size);
  if (policy_check((void *)memory, size) || install((uint8_t *)memory, size)) sys(__NR_munmap, memory, size);
}
