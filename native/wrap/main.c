/* wrap: AWS_LAMBDA_EXEC_WRAPPER. Lambda starts it in the place of the runtime, with the runtime's interpreter and its
 * arguments as ours; we set the environment that brings the guard in, and become what was asked for.
 *
 * Whatever of ours is missing, broken or forbidden here: one line on standard error, and the function starts exactly as
 * without us, or, with OUTRIDER_ON_FAILURE=security, not at all. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"
#include "wrap.h"

#define SUPERVISOR_WORDS 14 /* of the supervisor's own command line, at most */

struct start {
  char **given; /* the environment, as Lambda gave it */
  struct environment environment;
  char **command; /* the runtime: interpreter, arguments, NULL */
  const char *root;
  const char *about; /* what a trouble is about */
  struct found_policy policy;
  struct or_state *state;
  bool supervised;
};

static _Alignas(8) uint8_t policy_room[OR_POLICY_MAX_BYTES];

static const char no_memory[] = "no memory";

static bool readable(const char *path) { return path && access(path, R_OK) == 0; }

static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* AWS_EXECUTION_ENV is "AWS_Lambda_python3.13", "AWS_Lambda_nodejs22.x", …; not every runtime has set it by now. */
static bool runtime_is(const struct start *start, const char *language) {
  const char *name = environment_value(start->given, "AWS_EXECUTION_ENV");
  bool named = name && strncmp(name, "AWS_Lambda_", 11) == 0 && strncmp(name + 11, language, strlen(language)) == 0;
  return named || strncmp(base_name(start->command[0]), language, strlen(language)) == 0;
}

static const char *add_guard(struct start *start, const char *guard) {
  const char *there = environment_value(start->given, "LD_PRELOAD");
  const char *list = there ? joined(guard, ":", there) : guard;
  start->about = guard;
  if (!readable(guard)) return "the guard of the layer cannot be read";
  return list && environment_set(&start->environment, "LD_PRELOAD", list) ? NULL : no_memory;
}

/* Node's own hook, beside the guard: it knows which module acts. */
static const char *add_node_hook(struct start *start) {
  const char *hook = joined(start->root, "", "/node/hook.js"), *there = environment_value(start->given, "NODE_OPTIONS");
  start->about = hook;
  if (!readable(hook)) return "the Node hook of the layer cannot be read";
  if (there && has_word(there, " ", hook)) return NULL;
  const char *option = joined("--require ", "", hook);
  const char *all = option && there ? joined(there, " ", option) : option;
  return all && environment_set(&start->environment, "NODE_OPTIONS", all) ? NULL : no_memory;
}

/* Where the guard cannot go, Python at least has its own hook: it starts what Python would have started. Options of the
 * interpreter stay in front; -c and -m are not options of a file's, and start.py takes them as they are. */
static const char *add_python_start(struct start *start, const char *why) {
  const char *script = joined(start->root, "", "/python/start.py");
  size_t words = 0, place = 1;
  start->about = script;
  if (!readable(script)) return "the Python hook of the layer cannot be read";
  while (start->command[words]) words++;
  while (place < words && start->command[place][0] == '-' && !strchr("cm", start->command[place][1])) {
    bool with_value = strcmp(start->command[place], "-X") == 0 || strcmp(start->command[place], "-W") == 0;
    place += with_value && place + 1 < words ? 2 : 1;
  }
  char **command = calloc(words + 2, sizeof *command);
  if (!command) return no_memory;
  memcpy(command, start->command, place * sizeof *command);
  command[place] = (char *)script;
  memcpy(command + place + 1, start->command + place, (words - place) * sizeof *command);
  say(start->given, why, start->command[0], "starting with the hook in Python only");
  start->command = command;
  return NULL;
}

static const char *add_hooks(struct start *start) {
  char program[POLICY_PATH_BYTES];
  start->about = start->command[0];
  if (!find_program(start->command[0], start->given, program)) return "no such program";
  const char *unfit = loader_trouble(program);
  if (unfit) return runtime_is(start, "python") ? add_python_start(start, unfit) : unfit;
  const char *guard = joined(start->root, "", "/lib/guard.so");
  const char *wrong = guard ? add_guard(start, guard) : no_memory;
  return wrong || !runtime_is(start, "node") ? wrong : add_node_hook(start);
}

/* The extension's proxy stands between the runtime and the Runtime API, if it stands. */
static const char *add_proxy(struct start *start) {
  const char *api = environment_value(start->given, "AWS_LAMBDA_RUNTIME_API");
  uint32_t port = start->state ? atomic_load(&start->state->proxy_port) : 0;
  start->about = "";
  if (!api) return NULL;
  if (!environment_set(&start->environment, "OUTRIDER_RUNTIME_API", api)) return no_memory;
  if (!proxy_answers(port)) return NULL;
  TEXT(proxy, 32);
  text_add(&proxy, "127.0.0.1:");
  text_number(&proxy, port);
  return environment_set(&start->environment, "AWS_LAMBDA_RUNTIME_API", proxy.buffer) ? NULL : no_memory;
}

/* NULL: start->environment and start->command are to be used. Else what stands in the way. */
static const char *prepare(struct start *start) {
  start->root = environment_value(start->given, "OUTRIDER_ROOT");
  if (!start->root) start->root = OUTRIDER_ROOT_DEFAULT;
  start->about = "";
  if (!environment_copy(&start->environment, start->given)) return no_memory;
  policy_find(start->given, policy_room, &start->policy);
  start->about = start->policy.where;
  if (start->policy.wrong) return start->policy.wrong;
  if (!environment_set(&start->environment, "OUTRIDER_GUARD", start->policy.where)) return no_memory;
  start->state = state_map(start->given);
  const char *wrong = add_hooks(start);
  if (!wrong) wrong = add_proxy(start);
  if (!wrong && start->state) atomic_store(&start->state->runtime_pid, (int32_t)getpid());
  return wrong;
}

/* The supervisor reads its policy from a file. NULL: there is none to give it. */
static const char *policy_file(const struct start *start, const char *directory) {
  if (strcmp(start->policy.where, "env") != 0) return start->policy.where;
  const char *path = joined(directory, "", "/supervisor.policy"), *fresh = path ? joined(path, "", ".new") : NULL;
  int fd = fresh && start->state ? open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
  if (fd < 0) return NULL;
  bool written = write(fd, policy_room, start->policy.size) == (ssize_t)start->policy.size;
  return close(fd) == 0 && written && rename(fresh, path) == 0 ? path : NULL;
}

/* `command` under the task's supervisor, where that is possible; else `command`. */
static char **on_top(const struct start *start, char **command) {
  const char *program = joined(start->root, "", "/bin/outrider-run"),
             *directory = environment_value(start->given, "OUTRIDER_DIR");
  if (!directory) directory = OR_STATE_DIR;
  if (!program || access(program, X_OK) != 0 || !supervisor_can_decide(policy_room) || !listener_is_allowed())
    return command;
  const char *policy = policy_file(start, directory), *key = environment_value(start->given, "OUTRIDER_POLICY_KEY");
  const char *socket = joined(directory, "", "/supervisor.sock");
  size_t words = 0, at = 0;
  while (command[words]) words++;
  const char **all = calloc(words + SUPERVISOR_WORDS, sizeof *all);
  if (!all || !policy || !socket) return command;
  const char *const fixed[] = {program, "--container", "function", "--policy", policy, "--socket", socket};
  for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) all[at++] = fixed[i];
  if (key && !start->policy.builtin) {
    all[at++] = "--key";
    all[at++] = key;
  }
  all[at++] = "--";
  memcpy(all + at, command, words * sizeof *all);
  return (char **)all;
}

/* A script without `#!`: the shell that starts a wrapper otherwise would run it itself. */
static bool is_script(const char *program) {
  char start[128];
  int fd = open(program, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? 0 : read(fd, start, sizeof start);
  if (fd >= 0) close(fd);
  return length > 0 && !memchr(start, 0, (size_t)length);
}

/* Returns only when it cannot be; errno says why. */
static void become(char **command, char **environment) {
  char program[POLICY_PATH_BYTES];
  if (!find_program(command[0], environment, program)) {
    errno = ENOENT;
    return;
  }
  execve(program, command, environment);
  size_t words = 0;
  while (command[words]) words++;
  char **with_shell = errno == ENOEXEC && is_script(program) ? calloc(words + 2, sizeof *command) : NULL;
  if (!with_shell) return; /* errno is the exec's still: nothing since then failed */
  with_shell[0] = (char *)"/bin/sh";
  with_shell[1] = program;
  memcpy(with_shell + 2, command + 1, words * sizeof *command);
  execve("/bin/sh", with_shell, environment);
}

/* Before the runtime's command the wrapper that was set before us, if there is one. */
static char **chained(const struct start *start, char **command) {
  char *other = (char *)environment_value(start->given, "OUTRIDER_WRAPPER");
  size_t words = 0;
  while (command[words]) words++;
  char **all = other ? calloc(words + 2, sizeof *command) : NULL;
  if (!all) return command;
  all[0] = other;
  memcpy(all + 1, command, (words + 1) * sizeof *command);
  return all;
}

static bool is_inside(char **given) {
  const char *list = environment_value(given, "LD_PRELOAD"), *root = environment_value(given, "OUTRIDER_ROOT");
  const char *guard = joined(root ? root : OUTRIDER_ROOT_DEFAULT, "", "/lib/guard.so");
  return list && guard && environment_value(given, "OUTRIDER_GUARD") && has_word(list, " :", guard);
}

static int without_us(struct start *start, char **command, const char *trouble) {
  const char *how = environment_value(start->given, "OUTRIDER_ON_FAILURE");
  bool security = how && strcmp(how, "security") == 0;
  if (trouble) say(start->given, trouble, start->about, security ? "refusing to start" : "starting WITHOUT protection");
  if (trouble && security) return EXIT_REFUSED;
  if (!environment_copy(&start->environment, start->given)) return EXIT_REFUSED;
  start->command = command;
  environment_remove(&start->environment, "OUTRIDER_WRAPPER"); /* once is enough, should it be us */
  become(chained(start, command), start->environment.entries);
  int error = errno;
  say(start->given, strerror(error), start->command[0], "it could not be started");
  return error == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

int main(int argc, char **argv, char **given) {
  struct start start = {.given = given, .command = argv + 1, .about = ""};
  if (argc < 2) {
    say(given, "no program to start", "usage: wrap PROGRAM [ARGUMENT...]", "set AWS_LAMBDA_EXEC_WRAPPER to this file");
    return EXIT_WRONG_USAGE;
  }
  if (is_inside(given)) return without_us(&start, argv + 1, NULL);
  const char *trouble = prepare(&start);
  if (!trouble) {
    environment_remove(&start.environment, "OUTRIDER_WRAPPER");
    char **command = chained(&start, start.command), **supervised = on_top(&start, command);
    if (supervised != command) become(supervised, start.environment.entries);
    become(command, start.environment.entries);
    start.about = command[0];
    trouble = strerror(errno);
  }
  return without_us(&start, argv + 1, trouble);
}
