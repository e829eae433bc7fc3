/* preload.c: see preload.h. */
#include "preload.h"

#include <elf.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "interpreter.h"
#include "launch.h"
#include "relay.h"

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#else
#define MACHINE EM_AARCH64
#endif
#define SEGMENTS_MAX 64
#define INTERPRETERS_MAX 5 /* of interpreters: as many as the kernel follows */
#define WORDS 6            /* of the environment that are ours */
#define PRELOAD "LD_PRELOAD="
#define OTHER_LIBC "is of another libc"

static char words[WORDS][2 * PATH_BYTES];
static unsigned count;

static struct text word(const char *start) {
  struct text out = {words[count], sizeof words[count], 0, false};
  count++;
  text_add(&out, start);
  return out;
}

static void add_word(const char *name, const char *value) {
  struct text out = word(name);
  text_add(&out, value);
}

/* Of an ELF file of this machine: NULL when its loader is glibc's, which will load us. */
static const char *not_loaded_by(int fd) {
  Elf64_Ehdr header;
  Elf64_Phdr segment;
  char loader[128];
  if (sys(__NR_pread64, fd, &header, sizeof header, 0) != sizeof header || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return NULL;
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != MACHINE) return "is of another architecture";
  for (unsigned i = 0; i < header.e_phnum && i < SEGMENTS_MAX; i++) {
    if (sys(__NR_pread64, fd, &segment, sizeof segment, header.e_phoff + i * sizeof segment) != (long)sizeof segment) break;
    if (segment.p_type != PT_INTERP) continue;
    long length = sys(__NR_pread64, fd, loader, sizeof loader - 1, segment.p_offset);
    loader[length > 0 ? length : 0] = 0;
    const char *file = strrchr(loader, '/');
    return file && strncmp(file, "/ld-linux", 9) == 0 ? NULL : OTHER_LIBC;
  }
  return "is static";
}

/* Why the guard will not be loaded into what runs this file; NULL: it will. `which`: the file that is meant, for a script its
 * interpreter. */
static const char *not_loaded(const char *program, char which[SCRIPT_HEAD]) {
  char head[SCRIPT_HEAD];
  const char *next = program, *argument, *why = NULL;
  for (int i = 0; next && i <= INTERPRETERS_MAX; i++) {
    struct text out = {which, SCRIPT_HEAD, 0, false};
    struct place place = {.target = (int)sys(__NR_openat, AT_FDCWD, next, O_PATH | O_CLOEXEC), .mode = S_IFREG};
    int fd = (int)sys(__NR_openat, AT_FDCWD, next, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    which[0] = 0;
    text_add(&out, next);
    next = NULL;
    if (place.target >= 0 && interpreter_of(&place, head, &next, &argument) != 1) why = not_loaded_by(fd);
    close_fd(place.target);
    close_fd(fd);
  }
  return why;
}

/* The guard as LD_PRELOAD can name it. */
static const char *find_guard(char path[PATH_BYTES]) {
  struct text given = {path, PATH_BYTES, 0, false};
  path[0] = 0;
  text_add(&given, self.options->dir);
  text_add(&given, "/lib/guard.so");
  int fd = (int)sys(__NR_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  bool found = fd >= 0 && path_of_descriptor(fd, path, PATH_BYTES);
  close_fd(fd);
  if (!found) return "no guard to preload: DIR/lib/guard.so is not there";
  bool can_be_named = !strchr(path, ':') && !strchr(path, ' ');
  return can_be_named ? NULL : "LD_PRELOAD cannot name DIR/lib/guard.so: a blank or a colon is in its path";
}

static bool has_our_name(const char *entry) { return strncmp(entry, PRELOAD, strlen(PRELOAD)) == 0 || strncmp(entry, "OUTRIDER_", 9) == 0; }

/* What the program had, and ours in place of what is called like ours. */
static const char *write_environment(const char *guard, int32_t relay, char ***environment) {
  char run[PATH_BYTES];
  size_t entries = 0, at = 0;
  const char *before = NULL;
  for (char **entry = *environment; *entry; entry++, entries++)
    if (strncmp(*entry, PRELOAD, strlen(PRELOAD)) == 0) before = *entry + strlen(PRELOAD);
  long memory = sys(__NR_mmap, NULL, (entries + WORDS + 1) * sizeof(char *), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory < 0 && memory > -4096) return "no memory";
  char **fresh = (char **)memory;
  for (char **entry = *environment; *entry; entry++)
    if (!has_our_name(*entry)) fresh[at++] = *entry;
  struct text preload = word(PRELOAD);
  text_add(&preload, guard);
  if (before && *before) text_add(&preload, ":");
  if (before) text_add(&preload, before);
  if (preload.cut) return "the container's LD_PRELOAD is too long";
  add_word("OUTRIDER_GUARD=", self.options->policy);
  struct text meets = word("OUTRIDER_RELAY=");
  text_number(&meets, (uint64_t)relay);
  text_add(&meets, ":" RELAY_PREFIX);
  text_hex(&meets, self.guard->instance, sizeof self.guard->instance);
  add_word("OUTRIDER_ROOT=", self.options->dir);
  long length = sys(__NR_readlinkat, AT_FDCWD, "/proc/self/exe", run, sizeof run - 1);
  run[length > 0 ? length : 0] = 0;
  add_word("OUTRIDER_STARTER=", run);
  if (self.options->key) add_word("OUTRIDER_POLICY_KEY=", self.options->key);
  for (unsigned i = 0; i < count; i++) fresh[at++] = words[i];
  *environment = fresh;
  return NULL;
}

const char *preload_start(const char *program, const char *why, char ***environment) {
  static char guard[PATH_BYTES], missing[PATH_BYTES];
  char which[SCRIPT_HEAD];
  TEXT(said, 1024);
  struct text without = {missing, sizeof missing, 0, false};
  const char *wrong = find_guard(guard), *lacking = wrong ? NULL : not_loaded(program, which);
  if (wrong) return wrong;
  text_add(&without, "preload: not loaded: ");
  text_add(&without, which);
  text_add(&without, " ");
  text_add(&without, lacking ? lacking : "");
  if (lacking && (self.options->security || strcmp(lacking, OTHER_LIBC) == 0)) return missing;
  text_add(&said, "preloaded: ");
  text_add(&said, why);
  text_add(&said, lacking ? "; " : ": only what goes through libc is decided, and in the program's own process");
  if (lacking) text_add(&said, missing);
  if (lacking) complain(missing, NULL, "what it runs is decided if that uses glibc; it itself is not");
  self.guard->relayed = true;
  memset(self.guard->ours, 0, sizeof self.guard->ours);
  atomic_store(&self.guard->step, 0);
  int32_t relay = (int32_t)sys(__NR_clone, 0, 0, 0, 0, 0);
  if (relay == 0) supervisor_relay(said.buffer);
  if (relay > 0 && launch_wait(1, relay) == 0) wrong = write_environment(guard, relay, environment);
  else wrong = "the relay could not be started";
  if (!wrong) wrong = sys(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? "no_new_privs was refused" : NULL;
  if (!wrong) return NULL;
  if (relay > 0) sys(__NR_kill, relay, 9);
  reap(relay);
  self.guard->relayed = false;
  return wrong;
}
