/* fuzz.h: what the harnesses share: a supervisor that is its own caller, so that what it reads of "the caller" is what the
 * fuzzer made. Each harness includes the source whose parser it is about and is linked with the others. */
#ifndef FUZZ_H
#define FUZZ_H
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../native/caller.h"
#include "../../../native/verdict.h"

#define MUST(what)                                                     \
  do {                                                                 \
    if (!(what)) {                                                     \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what); \
      abort();                                                         \
    }                                                                  \
  } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

bool outrider_ed25519_verify(const uint8_t key[32], const uint8_t *message, size_t length, const uint8_t signature[64]) {
  (void)key, (void)message, (void)length;
  return signature[0] & 1; /* both ways, and its memory is read; the real one is Zig's */
}

bool outrider_ed25519_verify_digest(const uint8_t key[32], const uint8_t *message, size_t length, const uint8_t signature[64]) {
  return outrider_ed25519_verify(key, message, length, signature);
}

static struct guard fuzz_guard;
static struct options fuzz_options = {.container = "app", .program = (char *[]){"program", NULL}};
static struct seccomp_notif fuzz_call;

static inline void fuzz_supervisor(void) {
  if (self.guard) return;
  self.guard = &fuzz_guard;
  self.options = &fuzz_options;
  self.engine = "none";
  self.listener = self.wake = -1;
  self.pid = getpid();
  self.root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  fuzz_guard.epoch = 1;
  fuzz_guard.features = HAS_GETFD | HAS_VM_READ;
  MUST(identity_of(self.pid, -1, &self.identity));
}

static inline struct caller fuzz_caller(void) {
  struct caller caller;
  fuzz_supervisor();
  fuzz_call = (struct seccomp_notif){.id = 1, .pid = (uint32_t)self.pid};
  memset(&caller, 0, sizeof caller);
  caller.call = &fuzz_call;
  caller.tid = self.pid;
  strcpy(caller.program, "/usr/bin/fuzzed");
  return caller;
}

/* A copy that ends where a page ends that cannot be read: one byte too far is seen, by us and by the kernel. */
static inline uint8_t *fuzz_at_the_edge(const uint8_t *data, size_t size) {
  static uint8_t *pages;
  const size_t room = 1 << 20;
  if (!pages) {
    pages = mmap(NULL, room + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(pages != MAP_FAILED && mprotect(pages + room, 4096, PROT_NONE) == 0);
  }
  MUST(size <= room);
  memcpy(pages + room - size, data, size);
  return pages + room - size;
}

static inline char *fuzz_text(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);
  memcpy(text, data, size);
  text[size] = 0;
  return text;
}

static inline int fuzz_file(const uint8_t *data, size_t size) {
  static int fd = -1;
  if (fd < 0) fd = (int)syscall(SYS_memfd_create, "fuzz", 0);
  MUST(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
  return fd;
}
#endif
