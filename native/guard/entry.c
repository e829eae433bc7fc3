/* entry.c: the constructor. It runs before the program's own code, with one thread. Everything that can go wrong leaves
 * the program as if we were not there; an event says so if somebody listens. */
#include <link.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "elf.h"
#include "environment.h"
#include "hooks.h"
#include "inside.h"
#include "runtime_api.h"

#define DEFAULT_ROOT "/opt/outrider"
#define NOT_EXECUTED 126 /* as a shell says of a program that may not be run */

struct self self;
static char feature_words[2048];
static struct text features = {feature_words, sizeof feature_words, 0, false};

extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

const void *own_dynamic(void) { return _DYNAMIC; }

struct or_state *guard_state(void) { return self.state; }
const char *guard_program(void) { return self.program; }

void guard_feature(const char *word) {
  text_add(&features, word);
  text_add(&features, " ");
}

void *guard_symbol(const char *name) {
  struct object object;
  struct symbol symbol;
  for (unsigned n = 0; object_at(n, &object); n++)
    if (object.dynamic != own_dynamic() && object_symbols(&object, name, &symbol, 1)) return (void *)symbol.address;
  return NULL;
}

void *original_of(void **place, const char *symbol) {
  if (!*place) *place = guard_symbol(symbol);
  return *place;
}

typedef int *place_function(void);

int *errno_place(void) {
  static place_function *place;
  if (!place) place = (place_function *)guard_symbol("__errno_location");
  return place();
}

int *h_errno_place(void) {
  static place_function *place;
  if (!place) place = (place_function *)guard_symbol("__h_errno_location");
  return place();
}

static const char *own_path(void) {
  struct object object;
  for (unsigned n = 0; object_at(n, &object); n++)
    if (object.dynamic == own_dynamic()) return object.name;
  return "";
}

static void protect_object(void) {
  const ElfW(Phdr) *segment = (const ElfW(Phdr) *)((uintptr_t)&__ehdr_start + __ehdr_start.e_phoff);
  uintptr_t base = (uintptr_t)&__ehdr_start;
  for (unsigned i = 0; i < __ehdr_start.e_phnum; i++)
    if (segment[i].p_type == PT_LOAD) protect(base + segment[i].p_vaddr, base + segment[i].p_vaddr + segment[i].p_memsz);
}

/* The real path of a directory that need not exist yet. */
static void real_directory(const char *path, char *out, size_t size) {
  struct text text = {out, size, 0, false};
  int fd = (int)sys(__NR_openat, AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  out[0] = 0;
  if (fd < 0 || !path_of(fd, out, size)) text_add(&text, path);
  close_fd(fd);
  if (text.cut) out[0] = 0;
}

static void find_state(void) {
  struct stat info;
  TEXT(path, 320);
  relay_find();
  if (self.in_container) return;
  const char *directory = guard_setting("OUTRIDER_DIR");
  real_directory(directory && *directory ? directory : OR_STATE_DIR, self.directory, sizeof self.directory);
  text_add(&path, self.directory);
  text_add(&path, "/" OR_STATE_FILE);
  int fd = (int)sys(__NR_openat, AT_FDCWD, path.buffer, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return;
  if (sys(__NR_fstat, fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size == sizeof(struct or_state)) {
    long page = sys(__NR_mmap, NULL, sizeof(struct or_state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    struct or_state *state = (struct or_state *)page;
    if ((unsigned long)page > -4096ul) state = NULL;
    if (state && state->magic == OR_STATE_MAGIC && state->version == OR_STATE_VERSION) self.state = state;
    else if (state) sys(__NR_munmap, state, sizeof *state);
  }
  close_fd(fd);
  struct text events = {self.events, sizeof self.events, 0, false};
  text_add(&events, self.directory);
  text_add(&events, "/" OR_STATE_EVENTS);
  self.events_size = events.cut || !self.state ? 0 : sizeof self.events;
  self.counters = self.state;
}

static void find_self(int argc, char **argv) {
  struct text cmdline = {self.cmdline, sizeof self.cmdline, 0, false};
  const void *random = (const void *)getauxval(AT_RANDOM);
  struct stat info;
  self.first_pid = (int32_t)sys(__NR_getpid);
  self.seed = self.key = (uint64_t)(uintptr_t)&self;
  if (random) memcpy(&self.seed, random, sizeof self.seed);
  if (random) memcpy(&self.key, (const uint8_t *)random + sizeof self.seed, sizeof self.key); /* the kernel gives 16 bytes */
  self.proc_dev = sys(__NR_newfstatat, AT_FDCWD, "/proc", &info, 0) ? 0 : info.st_dev;
  long length = sys(__NR_readlinkat, AT_FDCWD, "/proc/self/exe", self.program, sizeof self.program - 1);
  self.program[length > 0 ? length : 0] = 0;
  for (int i = 0; i < argc && argv[i] && !cmdline.cut; i++) text_bytes(&cmdline, argv[i], strlen(argv[i]) + 1);
  self.cmdline_size = cmdline.length ? cmdline.length - !cmdline.cut : 0;
}

/* The wrapper tells its pid, which is the runtime's; without an extension the first process under the guard is it. */
static void find_role(void) {
  uint64_t number = 0;
  int32_t pid = self.first_pid;
  const char *first = guard_setting("OUTRIDER_FIRST");
  if (first && parse_number(&first, &number)) self.first_pid = (int32_t)number;
  int32_t runtime = self.state ? atomic_load(&self.state->runtime_pid) : 0;
  self.is_runtime = !self.in_container && pid == (runtime ? runtime : self.first_pid);
}

/* What was loaded with the program, before there was anybody to ask. A library that may not be loaded ends a child
 * before its main(); the runtime goes on, and the event says so. */
static void decide_loaded(void) {
  struct object object;
  char path[PATH_BYTES];
  bool blocked = false;
  for (unsigned n = 1; object_at(n, &object); n++) {
    if (*object.name != '/' || object.dynamic == own_dynamic()) continue;
    int fd = (int)sys(__NR_openat, AT_FDCWD, object.name, O_PATH | O_CLOEXEC);
    struct act act = {.kind = OR_LOAD, .target = path};
    if (fd >= 0 && path_of(fd, path, sizeof path)) blocked |= guard_act(&act, "start", "loaded with the program") != 0;
    close_fd(fd);
  }
  if (blocked && !self.is_runtime) sys(__NR_exit_group, NOT_EXECUTED);
}

/* The kernel gives a script's interpreter the script among its arguments, as it was called. */
static void decide_first(char **argv) {
  const char *path = (const char *)getauxval(AT_EXECFN);
  if (!path) return;
  for (char **word = argv; *word; word++)
    if (strcmp(*word, path) == 0) argv = word;
  if (first_program_may_run(path, argv)) return;
  TEXT(line, 512);
  text_add(&line, "outrider-run: stopped by the policy: ");
  text_add(&line, path);
  text_add(&line, " (allow it as a program of the container, or switch the policy to alert)\n");
  sys(__NR_write, 2, line.buffer, line.length);
  sys(__NR_exit_group, NOT_EXECUTED);
}

__attribute__((constructor)) static void start(int argc, char **argv, char **environment) {
  self.environment = environment;
  find_self(argc, argv);
  bool is_first = !guard_setting("OUTRIDER_FIRST");
  environment_start(environment, own_path());
  const char *root = guard_setting("OUTRIDER_ROOT");
  real_directory(root && *root ? root : DEFAULT_ROOT, self.root, sizeof self.root);
  find_state();
  find_role();
  policy_start();
  if (!policy_in_force()) return;
  if (!self.in_container) runtime_api_start();
  probe_start();
  protect_object();
  patch_start(&features);
  if (python_start && !self.in_container) python_start();
  report_start(features.buffer);
  if (is_first && self.in_container) decide_first(argv);
  if (policy_looks_at_loads()) decide_loaded();
}
