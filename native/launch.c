/* launch.c: the launching process, which becomes the application.
 *
 *  step 0  read the command line, find the program, check the policy; probe the host while the supervisor comes to life
 *       1  the supervisor exists, with its twins and all their threads; their pids are known
 *       2  the filter is installed; the listener is in our descriptor table
 *       3  the supervisor has it, and will have settled when it takes the first call
 *          drop CAP_SYS_PTRACE, exec the application
 *
 * The supervisor, its twins and the courier are children with exit signal 0: no SIGCHLD, and invisible to the application's
 * wait() (clone(2), __WCLONE). */
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "agent.h"
#include "caller.h"
#include "filter.h"
#include "held.h"
#include "launch.h"
#include "preload.h"
#include "probe.h"
#include "report.h"
#include "traced.h"
#include "traits.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#define LAUNCH_SECONDS 10

long launch_wait(uint32_t wanted, int32_t supervisor) {
  struct timespec slice = {0, 50000000};
  for (int i = 0; i < LAUNCH_SECONDS * 20; i++) {
    uint32_t now = atomic_load(&self.guard->step);
    if (now >= wanted) return 0;
    int status;
    if (supervisor > 0 && sys(__NR_wait4, supervisor, &status, __WALL | WNOHANG, NULL) == supervisor) return -ESRCH;
    futex_wait(&self.guard->step, now, &slice);
  }
  return -ETIMEDOUT;
}

/* Shares our descriptor table, so the listener simply appears in it; and is not under the filter, as we then are. */
static _Noreturn void deliver(int channel) {
  int listener = launch_wait(2, 0) == 0 ? atomic_load(&self.guard->listener_number) : -1;
  bool delivered = listener >= 0 && descriptors_send(channel, &listener, 1) == 0;
  sys(__NR_exit_group, delivered ? 0 : 1);
  __builtin_unreachable();
}

static long install_filter(void) {
  static struct sock_filter code[HELD_FILTER + FILTER_MAX];
  struct pid_range ranges[GUARDED_RANGES];
  unsigned count = guarded_ranges(ranges);
  unsigned first = self.guard->features & HAS_GETFD || self.guard->traced ? 0 : held_filter(code);
  unsigned rest = filter_build(code + first, ranges, count, self.guard->traps_reads);
  if (!rest && count > 1) { /* then what lies between is guarded too */
    ranges[0].last = ranges[count - 1].last;
    rest = filter_build(code + first, ranges, 1, self.guard->traps_reads);
  }
  if (!rest) return -E2BIG;
  struct sock_fprog program = {(unsigned short)(first + rest), code};
  unsigned long flags = self.guard->traced ? 0 : SECCOMP_FILTER_FLAG_NEW_LISTENER;
  if (self.guard->traced) filter_for_tracer(code, first + rest);
  if (self.guard->features & HAS_SPEC_ALLOW) flags |= SECCOMP_FILTER_FLAG_SPEC_ALLOW;
  if (self.guard->features & HAS_WAIT_KILLABLE && !self.guard->traced) flags |= SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  long error = sys(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return error ? error : sys(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static void give_up(int32_t supervisor, int32_t courier) {
  if (supervisor > 0) sys(__NR_kill, supervisor, SIGKILL);
  if (courier > 0) sys(__NR_kill, courier, SIGKILL);
  reap(supervisor);
  reap(courier);
  for (unsigned life = 1; life < LIVES; life++) reap(numbers_of(life)[0]); /* they end with it, before they have a listener */
}

/* Reaps those of ours that have ended, or will: there was too little room for them. */
static void reap_incomplete(void) {
  int status;
  for (unsigned life = 1; life < LIVES; life++)
    if (!twin_is_complete(life)) reap(numbers_of(life)[0]);
  while (sys(__NR_wait4, -1, &status, __WCLONE | WNOHANG, NULL) > 0) continue;
}

/* The supervisor takes the listener out of our descriptor table where it may; else a courier brings it. */
static int32_t make_courier(int channel) {
  if (self.guard->features & HAS_GETFD) return 0;
  int32_t courier = (int32_t)sys(__NR_clone, CLONE_FILES, 0, 0, 0, 0);
  if (courier == 0) deliver(channel);
  return courier;
}

/* The other engine: the supervisor is told so in place of the listener, and gives its twins up. NULL: supervised. */
static const char *start_tracing(enum traced why, int32_t supervisor, int channel) {
  self.guard->traced = why;
  sys(__NR_prctl, PR_SET_PTRACER, supervisor, 0, 0, 0); /* where Yama lets only ancestors trace */
  sys(__NR_write, channel, "", 1);
  if (launch_wait(4, supervisor)) return "no seccomp listener is to be had, and ptrace is refused as well";
  for (unsigned life = 1; life < LIVES; life++) reap(numbers_of(life)[0]);
  memset(numbers_of(1), 0, (LIVES - 1) * sizeof self.guard->ours[0]);
  return install_filter() ? "the seccomp filter was refused" : NULL;
}

/* Which it is, after install_filter() could not have a listener. 0: neither will do. */
static enum traced traced_for(long refused) {
  if (self.options->trace) return TRACED_AS_ASKED;
  if (self.options->security) return 0; /* it would be less than what was asked for */
  return refused == -EBUSY ? TRACED_LISTENER_TAKEN : refused == -EINVAL ? TRACED_OLD_KERNEL : 0;
}

/* NULL: supervised from here on. Else what stood in the way; nothing of ours is left then. */
static const char *supervise(int32_t supervisor, int channel) {
  int32_t courier = -1;
  const char *wrong = supervisor < 0 || launch_wait(1, supervisor) ? "the supervisor could not be started" : NULL;
  if (!wrong) {
    reap_incomplete();
    courier = make_courier(channel);
    if (courier < 0) wrong = "no process could be made";
  }
  long listener = wrong ? -1 : self.options->trace ? -EINVAL : install_filter();
  enum traced traced = wrong || listener >= 0 ? 0 : traced_for(listener);
  if (traced) {
    if (courier > 0) sys(__NR_kill, courier, SIGKILL);
    reap(courier);
    courier = 0;
    wrong = start_tracing(traced, supervisor, channel);
    if (!wrong) return NULL;
  } else if (!wrong && listener < 0)
    wrong = listener == -EBUSY    ? "seccomp user notification is taken: another supervisor is above us"
            : listener == -EINVAL ? "this kernel has no seccomp user notification"
                                  : "the seccomp filter was refused";
  if (wrong) {
    give_up(supervisor, courier);
    return wrong;
  }
  atomic_store(&self.guard->listener_number, (int32_t)listener);
  atomic_store(&self.guard->step, 2);
  futex_wake(&self.guard->step, 1);
  if (courier == 0) sys(__NR_write, channel, "", 1);
  reap(courier);
  bool ready = launch_wait(3, supervisor) == 0;
  close_fd((int)listener);
  if (!ready) { /* past the point where we could start without supervision: the filter cannot be taken off */
    complain("the supervisor did not come up", NULL, "this is a defect: please report it, with the output of outrider-run --probe");
    sys(__NR_exit_group, EXIT_REFUSED);
  }
  return NULL;
}

/* The application must not be able to look into its supervisor. */
static void drop_ptrace(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  sys(__NR_prctl, PR_CAPBSET_DROP, CAP_SYS_PTRACE, 0, 0, 0);
  if (sys(__NR_capget, &header, data)) return;
  data[0].effective &= ~(1u << CAP_SYS_PTRACE);
  data[0].permitted &= ~(1u << CAP_SYS_PTRACE);
  data[0].inheritable &= ~(1u << CAP_SYS_PTRACE);
  sys(__NR_capset, &header, data);
}

static const char *search_path(char **environment) {
  for (char **e = environment; *e; e++)
    if (strncmp(*e, "PATH=", 5) == 0) return *e + 5;
  return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"; /* what runc assumes */
}

/* 0 or -errno. A directory on PATH with the program's name is passed over, as runc does. */
static long can_run(const char *path) {
  long error = sys(__NR_faccessat, AT_FDCWD, path, 1 /* X_OK */);
  if (error) return error;
  long directory = sys(__NR_openat, AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  close_fd((int)directory);
  return directory >= 0 ? -EACCES : 0;
}

/* As execvp(3). 0: *found can be executed; else the status to exit with. */
static int find_program(const char *name, char **environment, char found[PATH_BYTES]) {
  bool seen = false;
  struct text out = {found, PATH_BYTES, 0, false};
  if (strchr(name, '/')) {
    found[0] = 0;
    text_add(&out, name);
    long error = can_run(found);
    return !error ? 0 : error == -ENOENT || error == -ENOTDIR ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
  }
  for (const char *p = search_path(environment); *name; p++) {
    const char *end = strchr(p, ':');
    size_t length = end ? (size_t)(end - p) : strlen(p);
    out.length = 0;
    found[0] = 0;
    text_bytes(&out, length ? p : ".", length ? length : 1);
    text_add(&out, "/");
    text_add(&out, name);
    long error = can_run(found);
    if (!error) return 0;
    seen |= error == -EACCES;
    if (!end) break;
    p = end;
  }
  return seen ? EXIT_NOT_EXECUTABLE : EXIT_NOT_FOUND;
}

static void no_such_program(int status, const char *name) {
  if (status == EXIT_NOT_FOUND) complain("no such program", name, "check the container's entryPoint and command; PATH is the container's");
  else complain("not executable", name, "check its mode and the container's user");
}

/* Nothing of ours will run: one last word to the agent, if it listens, and to whoever reads the log. */
static void start_unprotected(const char *why) {
  complain("starting WITHOUT protection", why, "--on-failure security would refuse to start");
  self.engine = "none";
  agent_connect();
  report_start(why);
  if (agent_connected()) agent_exchange();
  close_fd(agent_descriptor());
}

/* What the host permits is found out while the supervisor comes to life: each takes about a millisecond. A status to exit
 * with; 0: start, without supervision if `*wrong` says so. */
static int start_supervision(const struct options *options, const char *trouble, const char **wrong) {
  int channel[2];
  if (sys(__NR_socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) != 0) {
    *wrong = "no socket pair";
    return 0;
  }
  int32_t supervisor = trouble && options->security ? -1 : (int32_t)sys(__NR_clone, 0, 0, 0, 0, 0);
  if (supervisor == 0) supervisor_begin(channel[1], trouble);
  close_fd(channel[1]);
  self.guard->features = probe_host();
  if (!trouble && !options->trace) trouble = probe_missing(self.guard->features);
  if (trouble && options->security) {
    give_up(supervisor, -1);
    complain("refusing to start", trouble, "--on-failure availability would start all the same");
    return EXIT_REFUSED;
  }
  *wrong = supervise(supervisor, channel[0]);
  close_fd(channel[0]);
  return 0;
}

static bool prepare(struct options *options) {
  long memory = sys(__NR_mmap, NULL, sizeof(struct guard), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory < 0 && memory > -4096) return false;
  self.guard = (struct guard *)memory;
  self.options = options;
  self.guard->application = (int32_t)sys(__NR_getpid);
  self.guard->epoch = 1;
  for (uint32_t i = 0; i < LEADERS; i++) self.guard->leaders[i] = i;
  traits_begin();
  sys(__NR_getrandom, self.guard->instance, sizeof self.guard->instance, 0);
  sys(__NR_getrandom, self.guard->hash_key, sizeof self.guard->hash_key, 0);
  return identity_of(self.guard->application, -1, &self.identity);
}

static int refuse_without_policy(const struct options *options, const char *trouble) {
  if (!trouble || !options->security) return 0;
  complain("refusing to start", trouble, "--on-failure availability would start all the same");
  return EXIT_REFUSED;
}

/* The third engine. `wrong`: what stood in the way of the others, NULL: it was asked for. What stands in the way of all. */
static const char *preload(const struct options *options, const char *program, const char *wrong, char ***environment) {
  static char both[512];
  struct text out = {both, sizeof both, 0, false};
  const char *lacking = preload_start(program, wrong ? wrong : "as asked for", environment);
  if (!lacking || options->preload) return lacking;
  text_add(&out, wrong);
  text_add(&out, "; ");
  text_add(&out, lacking);
  return both;
}

static int launch(struct options *options, char **environment) {
  char program[PATH_BYTES];
  int status = find_program(options->program[0], environment, program);
  if (status) {
    no_such_program(status, options->program[0]);
    return status;
  }
  const char *wrong = NULL, *trouble = NULL;
  if (!prepare(options)) {
    wrong = "no memory, or no /proc";
  } else {
    trouble = policy_load(options->policy, options->key, true);
    if (trouble) complain(trouble, options->policy, "is the task volume mounted, and did outrider-init succeed?");
    self.guard->traps_reads = policy_asks_now() & OR_ASKS_READS;
    status = options->preload ? refuse_without_policy(options, trouble) : start_supervision(options, trouble, &wrong);
    if (status) return status;
    if (options->preload || (wrong && !options->security)) wrong = preload(options, program, wrong, &environment);
  }
  if (wrong && options->security) {
    complain("refusing to start", wrong, "--on-failure availability would start without protection");
    return EXIT_REFUSED;
  }
  if (wrong && self.guard) start_unprotected(wrong);
  drop_ptrace();
  long error = sys(__NR_execve, program, options->program, environment);
  if (error == -EPERM && !wrong) complain("stopped by the policy", program, "allow it as a program of the container, or switch the policy to alert");
  else no_such_program(error == -ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE, program);
  return error == -ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

static void print(const char *text) { sys(__NR_write, 1, text, strlen(text)); }

static int check(int argc, char **argv) {
  bool with_key = argc == 5 && strcmp(argv[3], "--key") == 0;
  if (argc != 3 && !with_key) {
    complain("usage", "outrider-run check FILE [--key BASE64]", NULL);
    return EXIT_WRONG_USAGE;
  }
  const char *wrong = policy_load(argv[2], with_key ? argv[4] : NULL, true);
  if (wrong) {
    complain("refused", argv[2], wrong);
    return 1;
  }
  uint32_t slot;
  const struct or_policy_header *policy = policy_acquire(&slot);
  TEXT(line, 256);
  text_add(&line, policy->mode == OR_MODE_BLOCK ? "mode=block rules=" : "mode=alert rules=");
  text_number(&line, policy->rule_count);
  text_add(&line, " counter=");
  text_number(&line, policy->counter);
  text_add(&line, " id=");
  text_hex(&line, policy->id, sizeof policy->id);
  TEXT(undecided, 64);
  undecided_names(policy, &undecided);
  if (undecided.length) text_add(&line, " ");
  text_add(&line, undecided.buffer);
  text_add(&line, "\n");
  policy_release(slot);
  print(line.buffer);
  return 0;
}

int main(int argc, char **argv, char **environment) {
  struct options options;
  if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
    print(options_help);
    return 0;
  }
  if (argc > 1 && strcmp(argv[1], "--version") == 0) {
    print("outrider-run " OUTRIDER_VERSION "\n");
    return 0;
  }
  if (argc > 1 && strcmp(argv[1], "check") == 0) return check(argc, argv);
  if (argc > 1 && (strcmp(argv[1], "--probe") == 0 || strcmp(argv[1], "probe") == 0)) return probe_print();
  if (!options_parse(&options, argc, argv)) return EXIT_WRONG_USAGE;
  return launch(&options, environment);
}
