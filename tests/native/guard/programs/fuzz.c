/* fuzz SEED ROUNDS POLICY [openat2]: random arguments for what the hooks decide on, with sanitizers, linked with the
 * guard's own sources but without its hooks on libc. Refused or not, nothing may be read or written that is not ours. */
#include <linux/if_packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guard/environment.h"
#include "guard/hooks.h"
#include "guard/image.h"
#include "guard/inside.h"
#include "guard/runtime_api.h"

/* What hooking would give: here nothing is hooked, and nothing is signed. */
#define DEFINE(symbol, hook) void *original_##symbol;
#define NOTHING(symbol, hook)
HOOKS(NOTHING, DEFINE, NOTHING)
void patch_start(struct text *features) { (void)features; }
bool outrider_ed25519_verify(const uint8_t key[32], const uint8_t *message, size_t length, const uint8_t signature[64]) {
  (void)key, (void)message, (void)length, (void)signature;
  return false;
}
bool outrider_ed25519_verify_digest(const uint8_t key[32], const uint8_t *message, size_t length, const uint8_t signature[64]) {
  return outrider_ed25519_verify(key, message, length, signature);
}

static uint64_t state;
static uint64_t roll(uint64_t below) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state % below;
}

/* A copy that ends where the memory ends, so that a step too far is seen. */
static void *exact(const void *bytes, size_t size) {
  void *copy = malloc(size ? size : 1);
  memcpy(copy, bytes, size);
  return copy;
}

static char *path(void) {
  static const char *const parts[] = {"/", "//", ".", "..", "link", "loop", "self", "proc", "fd", "0", "a", "file", "tmp", "",
                                      "environ", "mem", "script", "orphan", "long"};
  char text[6000];
  size_t length = 0;
  text[0] = 0;
  for (uint64_t n = roll(9); n; n--) {
    const char *part = parts[roll(sizeof parts / sizeof *parts)];
    if (roll(40) == 0) part = NULL;
    size_t size = part ? strlen(part) : roll(300) * roll(20);
    if (length + size + 2 > sizeof text) break;
    if (part) memcpy(text + length, part, size);
    else memset(text + length, 'x', size);
    length += size;
    if (roll(4)) text[length++] = '/';
  }
  text[length] = 0;
  return exact(text, length + 1);
}

static void files(void) {
  char *one = path(), *two = path();
  int flags = (int)(roll(4) | (roll(2) ? (int)roll(1 << 23) : O_CREAT)) & ~O_NONBLOCK & ~O_PATH;
  long fd = do_open(roll(3) ? AT_FDCWD : (int)roll(9) - 1, one, flags | O_NONBLOCK, 0600, "open");
  if (fd > 2) close_fd((int)fd);
  do_truncate(one, (long)roll(9));
  do_rename(AT_FDCWD, one, AT_FDCWD, two, (unsigned)roll(3), "rename");
  do_link(AT_FDCWD, one, AT_FDCWD, two, roll(2) ? AT_SYMLINK_FOLLOW : 0, "link");
  do_symlink(two, AT_FDCWD, one, "symlink");
  do_mkdir(AT_FDCWD, one, 0700, "mkdir");
  do_unlink(AT_FDCWD, two, roll(2) ? AT_REMOVEDIR : 0, "unlink");
  free(one);
  free(two);
}

static void network(void) {
  static const uint16_t families[] = {AF_UNIX, AF_INET, AF_INET6, AF_UNSPEC, AF_NETLINK, AF_PACKET, 77};
  uint8_t bytes[160];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(roll(3) ? roll(256) : 0);
  memcpy(bytes, &families[roll(7)], 2);
  uint32_t size = (uint32_t)roll(sizeof bytes);
  uint8_t *address = exact(bytes, size);
  struct iovec piece = {bytes, roll(9)};
  struct msghdr message = {.msg_name = roll(4) ? address : NULL, .msg_namelen = size, .msg_iov = &piece, .msg_iovlen = 1};
  struct mmsghdr several[2] = {{message, 0}, {message, 0}};
  do_connect(-1, address, size);
  do_bind(-1, address, size);
  do_sendto(-1, bytes, 1, 0, address, size);
  do_sendmsg(-1, &message, 0);
  do_sendmmsg(-1, several, (unsigned)roll(3), 0);
  free(address);
}

static void programs(void) {
  char *name = path(), *words[6] = {0}, *entries[700] = {0};
  static char *const options[] = {"--library-path", "--preload", "--", "--argv0", "x", "LD_PRELOAD=", "LD_PRELOAD=::a: b",
                                  "OUTRIDER_GUARD=x", "OUTRIDER_", "=", "", "A=b"};
  for (uint64_t i = 0, n = roll(6); i < n; i++) words[i] = options[roll(12)];
  for (uint64_t i = 0, n = roll(10) ? roll(20) : roll(699); i < n; i++) entries[i] = options[roll(12)];
  struct environment *environment = malloc(sizeof *environment);
  if (environment_for(entries, roll(2), environment) == 0) {
    for (char *const *entry = environment->entries; *entry; entry++) (void)strlen(*entry);
    environment_done(environment);
  }
  free(environment);
  int fd = (int)sys(__NR_openat, AT_FDCWD, name, O_PATH | O_CLOEXEC);
  struct image image;
  char hash[65];
  if (fd >= 0) image_look(fd, name, &image);
  if (fd >= 0 && roll(4) == 0) image_hash(fd, hash);
  close_fd(fd);
  do_execve(name, roll(9) ? words : NULL, entries);
  free(name);
}

int main(int argc, char **argv) {
  static char *settings[3];
  char guard[4096];
  if (argc < 4 || (getuid() == 0 && setuid(65534))) return 2; /* a mistake of ours must harm nobody */
  snprintf(guard, sizeof guard, "OUTRIDER_GUARD=%s", argv[3]);
  settings[0] = guard;
  self.environment = settings;
  self.has_openat2 = argc > 4;
  state = strtoull(argv[1], NULL, 10) * 2654435761u + 1;
  policy_start();
  runtime_api_start();
  if (!policy_now()) return 3;
  for (long n = atol(argv[2]); n; n--) {
    files();
    network();
    programs();
  }
  puts("sound");
  return 0;
}
