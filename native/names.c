/* names.c: looks addresses up in the table of names. Whatever the file holds, what comes out is bounded text. */
#include "names.h"

#include "sys.h"

static bool is_host_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'; }

static bool in_order(const struct or_names_entry *entry) {
  size_t length = 0;
  while (length < OR_NAME_BYTES && is_host_byte(entry->name[length])) length++;
  if (!length || length > 253) return false;
  for (size_t i = length; i < OR_NAME_BYTES; i++)
    if (entry->name[i]) return false;
  size_t start = offsetof(struct or_names_entry, expires_ns), end = offsetof(struct or_names_entry, name) + length;
  return crc32_of(0, (const uint8_t *)entry + start, end - start) == entry->crc32;
}

/* Keeps them ordered: the one answered last first, equals by the alphabet. */
static void insert(struct names *out, const struct or_names_entry *entry) {
  unsigned place = out->count;
  for (unsigned i = 0; i < out->count; i++)
    if (strcmp(out->name[i], entry->name) == 0) return;
  while (place && (out->expires_ns[place - 1] < entry->expires_ns ||
                   (out->expires_ns[place - 1] == entry->expires_ns && strcmp(out->name[place - 1], entry->name) > 0)))
    place--;
  for (unsigned i = out->count; i > place; i--) {
    memcpy(out->name[i], out->name[i - 1], OR_NAME_BYTES);
    out->expires_ns[i] = out->expires_ns[i - 1];
  }
  memcpy(out->name[place], entry->name, OR_NAME_BYTES);
  out->expires_ns[place] = entry->expires_ns;
  out->count++;
}

static bool read_header(int fd, uint64_t now, struct names *out) {
  struct or_names_header header;
  if (sys(__NR_pread64, fd, &header, sizeof header, 0) != sizeof header) return false;
  if (memcmp(header.magic, OR_NAMES_MAGIC, sizeof header.magic) || header.total_size != OR_NAMES_BYTES) return false;
  if (header.buckets != OR_NAMES_BUCKETS || header.ways != OR_NAMES_WAYS) return false;
  out->generation = header.generation;
  bool alive = (int64_t)(now - header.alive_ns) < (int64_t)OR_NAMES_ALIVE_NS; /* it may be newer than `now` */
  out->reader = !header.alive_ns ? READER_OFF : alive ? READER_ALIVE : READER_UNKNOWN;
  return true;
}

static void read_bucket(int fd, const struct or_names_entry *wanted, uint64_t now, struct names *out) {
  struct or_names_entry ways[OR_NAMES_WAYS], again;
  struct { uint8_t family, address[16]; } key = {.family = wanted->family};
  memcpy(key.address, wanted->address, sizeof key.address);
  uint32_t bucket = crc32_of(0, &key, sizeof key) % OR_NAMES_BUCKETS;
  int64_t start = (int64_t)(sizeof(struct or_names_header) + bucket * sizeof ways);
  if (sys(__NR_pread64, fd, ways, sizeof ways, start) != sizeof ways) return;
  for (unsigned i = 0; i < OR_NAMES_WAYS; i++) {
    struct or_names_entry *entry = &ways[i];
    if (entry->family != wanted->family || memcmp(entry->address, wanted->address, sizeof entry->address)) continue;
    if (entry->sequence & 1 || entry->expires_ns + OR_NAMES_STALE_NS < now) continue;
    if (sys(__NR_pread64, fd, &again, sizeof again, start + (int64_t)(i * sizeof again)) != sizeof again) continue;
    if (memcmp(entry, &again, sizeof again) == 0 && in_order(entry)) insert(out, entry);
  }
}

void names_read(const char *path, uint8_t family, const uint8_t address[16], uint64_t now_ns, struct names *out) {
  out->count = 0;
  out->generation = 0;
  out->reader = READER_UNKNOWN;
  int fd = (int)sys(__NR_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
  if (fd < 0) return;
  struct or_names_entry wanted = {.family = family};
  memcpy(wanted.address, address, sizeof wanted.address);
  if (read_header(fd, now_ns, out)) read_bucket(fd, &wanted, now_ns, out);
  close_fd(fd);
}
