#include "alert_only.h"

#include <sys/stat.h>

#include "base64.h"
#include "ed25519.h"
#include "guard.h"

#define SWITCH_BYTES (sizeof(struct or_switch) + OR_SWITCH_TEXT + OR_SIGNATURE_BYTES)

const char *switch_check(const void *bytes, size_t size, const char *key_base64) {
  struct or_switch header;
  uint8_t key[32];
  if (size < sizeof header || size > SWITCH_BYTES) return "not the size of a switch";
  memcpy(&header, bytes, sizeof header);
  if (memcmp(header.magic, OR_SWITCH_MAGIC, sizeof header.magic) != 0) return "no switch of this version";
  if (header.total_size != size || header.flags > OR_SWITCH_ON || header.signed_ > 1 || header.reserved) return "a damaged header";
  size_t body = sizeof header + header.text_size;
  if (header.text_size > OR_SWITCH_TEXT || body + header.signed_ * OR_SIGNATURE_BYTES != size) return "bytes that belong to nothing";
  if (!key_base64) return NULL;
  if (base64_decode(key_base64, key, sizeof key) != sizeof key) return "the key given with --key is not 32 bytes of base64";
  if (!header.signed_) return "it is not signed, and a key was given";
  const uint8_t *signature = (const uint8_t *)bytes + body;
  return outrider_ed25519_verify(key, bytes, body, signature) ? NULL : "its signature does not verify";
}

static const char *read_switch(const char *path, uint8_t *bytes, size_t *size, bool *there) {
  int fd = (int)sys(__NR_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  *there = fd != -ENOENT;
  if (fd < 0) return fd == -ENOENT ? NULL : "the file cannot be opened";
  struct stat info;
  const char *wrong = sys(__NR_fstat, fd, &info) || !S_ISREG(info.st_mode) ? "not a regular file" : NULL;
  *size = 0;
  while (!wrong && *size <= SWITCH_BYTES) { /* one byte more than it may have shows that it has too many */
    long got = sys(__NR_read, fd, bytes + *size, SWITCH_BYTES + 1 - *size);
    if (got < 0) wrong = "the file cannot be read";
    if (got <= 0) break;
    *size += (size_t)got;
  }
  close_fd(fd);
  return wrong;
}

const char *switch_load(const char *policy_path, const char *key_base64, bool *told) {
  char path[PATH_BYTES + sizeof OR_SWITCH_FILE];
  uint8_t bytes[SWITCH_BYTES + 1];
  struct or_switch header;
  struct standing_switch *now = &self.guard->alert_only;
  size_t size = 0;
  strcpy(path, policy_path);
  char *slash = strrchr(path, '/');
  strcpy(slash ? slash + 1 : path, OR_SWITCH_FILE);
  const char *wrong = read_switch(path, bytes, &size, told);
  if (wrong || !*told) return wrong;
  wrong = switch_check(bytes, size, key_base64);
  if (wrong) return wrong;
  memcpy(&header, bytes, sizeof header);
  if (header.counter < now->counter) return "its counter is lower than that of the switch in force";
  now->counter = header.counter;
  memcpy(now->text, bytes + sizeof header, header.text_size);
  now->text[header.text_size] = 0;
  atomic_store(&now->until, header.until ? header.until : UINT64_MAX);
  atomic_store(&now->on, header.flags & OR_SWITCH_ON);
  return NULL;
}

bool alert_only(void) {
  struct standing_switch *now = &self.guard->alert_only;
  return atomic_load(&now->on) && now_ns(0) / 1000000000u < atomic_load(&now->until);
}

const char *alert_only_text(void) { return self.guard->alert_only.text; }
