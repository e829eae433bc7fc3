/* The table of names: a bucket and a header of the fuzzer's, where the address is looked for. */
#include "../../../native/names.c"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static int fd = -1;
  static const uint8_t address[16] = {10, 1, 2, 3};
  struct { uint8_t family, address[16]; } key = {.family = OR_INET};
  struct or_names_entry ways[OR_NAMES_WAYS];
  struct or_names_header header = {.total_size = OR_NAMES_BYTES, .buckets = OR_NAMES_BUCKETS, .ways = OR_NAMES_WAYS, .alive_ns = 5};
  struct names found;
  char path[64];
  if (fd < 0) fd = (int)syscall(SYS_memfd_create, "names", 0);
  memcpy(header.magic, OR_NAMES_MAGIC, sizeof header.magic);
  memcpy(key.address, address, sizeof address);
  memset(ways, 0, sizeof ways);
  size_t take = size < sizeof ways ? size : sizeof ways;
  memcpy(ways, data, take);
  for (unsigned i = 0; i < OR_NAMES_WAYS; i++) {
    if (!(ways[i].reserved[0] & 1)) ways[i].family = OR_INET, memcpy(ways[i].address, address, sizeof address);
    size_t length = strnlen(ways[i].name, OR_NAME_BYTES), from = offsetof(struct or_names_entry, expires_ns);
    if (!(ways[i].reserved[0] & 2)) ways[i].crc32 = crc32_of(0, (uint8_t *)&ways[i] + from, offsetof(struct or_names_entry, name) + length - from);
  }
  if (size > sizeof ways + sizeof header) memcpy(&header, data + sizeof ways, sizeof header);
  off_t at = (off_t)(sizeof header + crc32_of(0, &key, sizeof key) % OR_NAMES_BUCKETS * sizeof ways);
  MUST(ftruncate(fd, size % 7 ? (off_t)OR_NAMES_BYTES : at + (off_t)take) == 0);
  MUST(pwrite(fd, &header, sizeof header, 0) == sizeof header && pwrite(fd, ways, size % 7 ? sizeof ways : take, at) >= 0);
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  int link = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
  read_header(link, 1, &found);
  struct or_names_entry wanted = {.family = OR_INET};
  memcpy(wanted.address, address, sizeof address);
  found.count = 0;
  read_bucket(link, &wanted, 1, &found);
  close(link);
  MUST(found.count <= OR_NAMES_WAYS);
  for (unsigned i = 0; i < found.count; i++) {
    size_t length = strnlen(found.name[i], OR_NAME_BYTES);
    MUST(length && length <= 253 && strspn(found.name[i], "abcdefghijklmnopqrstuvwxyz0123456789-_.") == length);
    MUST(!i || found.expires_ns[i - 1] >= found.expires_ns[i]);
  }
  return 0;
}
