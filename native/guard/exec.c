/* exec.c: what is run. The file is opened and the kernel tells its real path; for a script the interpreter is decided
 * too, for the dynamic loader run as a program the program it shall load. */
#include "environment.h"
#include "image.h"

#define CHAIN_MAX 5 /* interpreters of interpreters, as the kernel follows at most */

struct running {
  const char *call;
  char *const *argv;
  struct spot *spot; /* its paths are room */
  struct image image;
  char hash[65];
};

static char *real_path(struct running *run) { return run->spot->path; }

/* Decides the file `fd` is open on, which is closed. 0 or -errno; `run->image` is of it afterwards. */
static long decide_file(struct running *run, int fd) {
  const struct policy *policy = policy_now();
  if (!path_of(fd, real_path(run), PATH_BYTES)) real_path(run)[0] = 0;
  image_look(fd, real_path(run), &run->image);
  bool hashed = policy && policy->asks & OR_ASKS_HASHES && image_hash(fd, run->hash);
  close_fd(fd);
  struct act act = {.kind = OR_EXEC, .target = real_path(run), .sha256 = hashed ? run->hash : NULL};
  TEXT(message, 64);
  if (run->image.why) {
    text_add(&message, run->image.why);
    text_add(&message, ": runs without the guard");
  }
  struct telling telling = {run->call, message.length ? message.buffer : NULL, (const char *const *)run->argv};
  return -guard_tell(&act, &telling);
}

static bool takes_word(const char *option) {
  static const char *const options[] = {"--library-path", "--inhibit-rpath", "--audit", "--preload", "--argv0",
                                        "--glibc-hwcaps-prepend", "--glibc-hwcaps-mask"};
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (strcmp(option, options[i]) == 0) return true;
  return false;
}

/* The program in the loader's own arguments, or NULL. */
static const char *program_of_loader(char *const *argv) {
  if (bad_pointer(argv) || !argv[0]) return NULL;
  for (argv++; *argv; argv++) {
    if (strncmp(*argv, "--", 2) != 0) return *argv;
    if (takes_word(*argv) && argv[1]) argv++;
  }
  return NULL;
}

static long decide_chain(struct running *run, int fd) {
  for (int i = 0; i <= CHAIN_MAX; i++) {
    long error = decide_file(run, fd);
    if (error) return error;
    const char *next = run->image.script ? run->image.interpreter : NULL;
    if (run->image.loader) {
      next = program_of_loader(run->argv);
      run->image.takes_guard = true;
    }
    if (!next || !*next) return 0;
    fd = (int)sys(__NR_openat, AT_FDCWD, next, O_PATH | O_CLOEXEC);
    if (fd < 0) return 0; /* the kernel, or the loader, says so */
  }
  return 0;
}

/* One object that the environment would have loaded before us, and so undecided. */
static int decide_preload(struct running *run, const char *name, size_t length) {
  if (length >= sizeof run->spot->link) return EACCES;
  memcpy(run->spot->link, name, length);
  run->spot->link[length] = 0;
  int fd = (int)sys(__NR_openat, AT_FDCWD, run->spot->link, O_PATH | O_CLOEXEC);
  bool found = fd >= 0 && path_of(fd, real_path(run), PATH_BYTES);
  close_fd(fd);
  struct act act = {.kind = OR_LOAD, .target = found ? real_path(run) : run->spot->link};
  return guard_act(&act, run->call, "by LD_PRELOAD or LD_AUDIT");
}

static long decide_preloads(struct running *run, char *const *envp) {
  for (; envp && *envp; envp++) {
    bool loads = strncmp(*envp, "LD_PRELOAD=", 11) == 0 || strncmp(*envp, "LD_AUDIT=", 9) == 0;
    for (const char *at = loads ? strchr(*envp, '=') + 1 : ""; *at;) {
      size_t length = strcspn(at, ": ");
      bool ours = environment_is_usual(at, length);
      int error = length && !ours ? decide_preload(run, at, length) : 0;
      if (error) return -error;
      at += length;
      at += strspn(at, ": ");
    }
  }
  return 0;
}

static int open_program(int directory, const char *path, int flags) {
  if (!*path && flags & AT_EMPTY_PATH) return (int)sys(__NR_dup, directory);
  return (int)sys(__NR_openat, directory, path, O_PATH | O_CLOEXEC | (flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0));
}

static long run_judged(struct running *run, int directory, const char *path, char *const *argv, char *const *envp, int flags) {
  struct environment environment;
  int fd = open_program(directory, path, flags);
  long result = fd < 0 ? 0 : decide_chain(run, fd);
  if (!result && fd >= 0) result = decide_preloads(run, envp);
  bool other_libc = run->image.other_libc;
  spot_give(run->spot); /* a vfork child does not come back to do it */
  if (result) return result;
  result = environment_for(envp, !other_libc, &environment);
  if (result) return result;
  if (directory == AT_FDCWD && !flags) result = sys(__NR_execve, path, argv, environment.entries);
  else result = sys(__NR_execveat, directory, path, argv, environment.entries, flags);
  environment_done(&environment);
  return result;
}

long do_execveat(int directory, const char *path, char *const *argv, char *const *envp, int flags) {
  struct running run = {.call = directory == AT_FDCWD && !flags ? "execve" : "execveat", .argv = argv};
  bool ours = policy_now() && !bad_pointer(path) && !(argv && bad_pointer(argv)) && !(envp && bad_pointer(envp));
  if (ours) run.spot = spot_take();
  if (run.spot) return run_judged(&run, directory, path, argv, envp, flags);
  if (ours) return -ENOMEM;
  if (directory == AT_FDCWD && !flags) return sys(__NR_execve, path, argv, envp);
  return sys(__NR_execveat, directory, path, argv, envp, flags);
}

long do_execve(const char *path, char *const *argv, char *const *envp) { return do_execveat(AT_FDCWD, path, argv, envp, 0); }
