/* exec.c: what is run. The file is opened and the kernel tells its real path; for a script the interpreter is decided
 * too, for the dynamic loader run as a program the program it shall load. */
#include "../command_line.h"
#include "environment.h"
#include "image.h"

#include <sys/mman.h>

#define CHAIN_MAX 5 /* interpreters of interpreters, as the kernel follows at most */

/* Rules about arguments are for containers. */
struct command {
  struct command_line line;
  char file[PATH_BYTES]; /* that is run; of a chain the one whose interpreter is next */
};

struct running {
  const char *call;
  const char *program; /* who runs it, or NULL: this process's own */
  char *const *argv;
  struct command *command; /* NULL: the policy does not ask for its words */
  struct spot *spot; /* its paths are room */
  struct image image;
  char hash[65];
};

static void set_file(struct command *command, const char *path) {
  struct text file = {command->file, sizeof command->file, 0, false};
  command->file[0] = 0;
  text_add(&file, path);
}

static struct command *read_command(char *const *argv) {
  long memory = sys(__NR_mmap, NULL, sizeof(struct command), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if ((unsigned long)memory > -4096ul) return NULL;
  struct command *command = (struct command *)memory;
  struct command_line *line = &command->line;
  command_line_begin(line);
  for (unsigned i = 0; argv && i < OR_ARGUMENT_WORDS; i++) {
    if (!argv[i]) {
      line->whole = i > 0; /* without a name in front the program takes the next word for it */
      break;
    }
    size_t length = strlen(argv[i]) + 1;
    if (length > WORDS_BEFORE + OR_ARGUMENT_BYTES - line->end) break;
    memcpy(line->bytes + line->end, argv[i], length);
    line->end += length;
  }
  return command;
}

static char *real_path(struct running *run) { return run->spot->path; }

/* Decides the file `fd` is open on, which is closed. 0 or -errno; `run->image` is of it afterwards. */
static long decide_file(struct running *run, int fd) {
  const struct policy *policy = policy_now();
  if (!path_of(fd, real_path(run), PATH_BYTES)) real_path(run)[0] = 0;
  image_look(fd, real_path(run), &run->image);
  bool hashed = policy && policy->asks & OR_ASKS_HASHES && image_hash(fd, run->hash);
  close_fd(fd);
  if (run->image.shortage) return -EMFILE;
  struct act act = {.kind = OR_EXEC, .program = run->program, .target = real_path(run), .sha256 = hashed ? run->hash : NULL};
  if (run->command) command_line_into(&run->command->line, &act);
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
    if (run->command && run->image.script) {
      command_line_for_interpreter(&run->command->line, next, run->image.argument, run->command->file);
      set_file(run->command, next);
    }
    fd = (int)sys(__NR_openat, AT_FDCWD, next, O_PATH | O_CLOEXEC);
    if (fd < 0) return is_shortage(fd) ? fd : 0; /* the kernel, or the loader, says so */
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

static long decide_program(struct running *run, int fd, const char *path) {
  const struct policy *policy = policy_now();
  if (policy && policy->asks & OR_ASKS_ARGUMENTS) run->command = read_command(run->argv);
  if (run->command) set_file(run->command, path);
  long result = decide_chain(run, fd);
  if (run->command) sys(__NR_munmap, run->command, sizeof *run->command);
  return result;
}

static long run_judged(struct running *run, int directory, const char *path, char *const *argv, char *const *envp, int flags) {
  struct environment environment;
  int fd = open_program(directory, path, flags);
  long result = fd >= 0 ? decide_program(run, fd, path) : is_shortage(fd) ? fd : 0;
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

bool first_program_may_run(const char *path, char *const *argv) {
  struct running run = {.call = "execve", .argv = argv, .program = guard_setting("OUTRIDER_STARTER")};
  int fd = open_program(AT_FDCWD, path, 0);
  run.spot = fd < 0 ? NULL : spot_take();
  if (!run.spot) return true;
  long result = decide_program(&run, fd, path);
  spot_give(run.spot);
  return result == 0;
}

long do_execve(const char *path, char *const *argv, char *const *envp) { return do_execveat(AT_FDCWD, path, argv, envp, 0); }
