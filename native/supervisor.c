/* supervisor.c: how the supervisor comes to life: first beside the launching process, later, should it die, in its twin. */
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "agent.h"
#include "await.h"
#include "caller.h"
#include "exec.h"
#include "held.h"
#include "loaded.h"
#include "look.h"
#include "programs.h"
#include "probe.h"
#include "relay.h"
#include "report.h"
#include "resolve.h"
#include "traced.h"
#include "traps.h"

#ifndef __NR_close_range
#define __NR_close_range 436
#endif

struct self self = {.listener = -1, .root = -1, .wake = -1, .line = -1, .engine = "notify"};

uint64_t now_ns(int clock) {
  struct timespec now;
  sys(__NR_clock_gettime, clock, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

long descriptors_send(int channel, const int *fds, unsigned count) {
  char byte = 0;
  struct iovec v = {&byte, 1};
  size_t size = count * sizeof *fds;
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(DESCRIPTORS_MAX * sizeof *fds)] = {0};
  struct msghdr message = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = CMSG_SPACE(size)};
  struct cmsghdr *c = CMSG_FIRSTHDR(&message);
  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN(size);
  memcpy(CMSG_DATA(c), fds, size);
  long sent = sys(__NR_sendmsg, channel, &message, MSG_NOSIGNAL);
  return sent < 0 ? sent : 0;
}

/* The launching process may send nothing any more: it says only that the listener is there. */
static int fetch_listener(void) {
  int pidfd = (int)sys(__NR_pidfd_open, self.guard->application, 0);
  int fd = (int)sys(__NR_pidfd_getfd, pidfd, atomic_load(&self.guard->listener_number), 0);
  close_fd(pidfd);
  return fd;
}

int descriptor_receive(int channel) {
  char byte;
  struct iovec v = {&byte, 1};
  int fd = -1;
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {0};
  struct msghdr message = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  long got;
  do got = sys(__NR_recvmsg, channel, &message, MSG_CMSG_CLOEXEC);
  while (got == -EINTR);
  struct cmsghdr *c = CMSG_FIRSTHDR(&message);
  if (got == 1 && c && c->cmsg_type == SCM_RIGHTS) memcpy(&fd, CMSG_DATA(c), sizeof fd);
  return got == 1 && !c && !self.guard->traced ? fetch_listener() : fd;
}

struct span {
  int from, to, kept;
};

static void close_in(void *with, int fd, const char *name) {
  const struct span *span = with;
  (void)name;
  if (fd >= span->from && fd <= span->to && fd != span->kept) close_fd(fd);
}

/* Before Linux 5.9. */
static void close_one_by_one(int from, int to) {
  struct span span = {from, to, (int)sys(__NR_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  each_number(span.kept, close_in, &span);
  close_fd(span.kept);
}

static void close_between(int from, int to) {
  if (from <= self.line && self.line <= to) {
    close_between(from, self.line - 1);
    from = self.line + 1;
  }
  if (from <= to && sys(__NR_close_range, from, to, 0) == -ENOSYS) close_one_by_one(from, to);
}

void close_all_but(int keep) {
  int low = keep, high = self.listener >= 0 ? self.listener : keep;
  if (low > high) {
    int other = low;
    low = high;
    high = other;
  }
  close_between(0, low - 1);
  close_between(low + 1, high - 1);
  close_between(high + 1, INT32_MAX);
}

static void on_interrupt(int number) { (void)number; }

static void settle_signals(void) {
  /* Without SA_RESTART: it is how the keeper gets a worker out of a call nobody waits for any more. */
  struct sigaction interrupt = {.sa_handler = on_interrupt}, ignore = {.sa_handler = SIG_IGN};
  const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGTERM, SIGUSR2, SIGTSTP, SIGTTIN, SIGTTOU, SIGXFSZ, SIGURG, SIGIO};
  for (unsigned i = 0; i < sizeof ignored / sizeof *ignored; i++) sigaction(ignored[i], &ignore, NULL);
  sigaction(SIGUSR1, &interrupt, NULL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static uint32_t sysctl(const char *path) {
  char text[8] = {0};
  int fd = (int)sys(__NR_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  long length = sys(__NR_read, fd, text, sizeof text - 1);
  close_fd(fd);
  return length > 0 && text[0] >= '0' && text[0] <= '9' ? (uint32_t)(text[0] - '0') : 0;
}

/* The agent's socket as a caller's path will be resolved: its directory may be reached through a link. */
static void find_socket_path(void) {
  char directory[PATH_BYTES];
  strcpy(directory, self.options->socket);
  char *slash = strrchr(directory, '/');
  if (!slash || slash == directory) return;
  *slash = 0;
  int fd = (int)sys(__NR_openat, AT_FDCWD, directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
  bool found = fd >= 0 && path_of_descriptor(fd, self.socket_path, sizeof self.socket_path);
  close_fd(fd);
  struct text path = {self.socket_path, sizeof self.socket_path, found ? strlen(self.socket_path) : 0, false};
  path.buffer[path.length] = 0;
  if (!found) text_add(&path, directory);
  text_add(&path, "/");
  text_add(&path, slash + 1);
}

/* Each call that waits holds a descriptor or two: as many as we may have, whatever the application asks for itself. */
static void raise_limit(void) {
  struct { uint64_t now, most; } limit; /* struct rlimit64 */
  if (sys(__NR_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit)) return;
  limit.now = limit.most;
  sys(__NR_prlimit64, 0, RLIMIT_NOFILE, &limit, NULL);
}

/* What threads and twins are made with, or take from the process they are in. */
static void settle(void) {
  self.pid = (int32_t)sys(__NR_getpid);
  sys(__NR_setsid);
  sys(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
  settle_signals();
  for (int i = 0; i < 3; i++) {
    int fd = (int)sys(__NR_openat, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC);
    if (fd > 2) close_fd(fd);
  }
  self.root = (int)sys(__NR_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  sys(__NR_fchdir, self.root);
}

/* What only one at work needs. */
static void look_around(void) {
  raise_limit();
  self.wake = (int)sys(__NR_eventfd2, 0, EFD_CLOEXEC | EFD_NONBLOCK);
  identity_of(self.pid, -1, &self.identity);
  self.protected_symlinks = sysctl("/proc/sys/fs/protected_symlinks");
  self.protected_regular = sysctl("/proc/sys/fs/protected_regular");
  self.protected_fifos = sysctl("/proc/sys/fs/protected_fifos");
  find_socket_path();
  names_begin();
}

static void take_step(uint32_t step) {
  atomic_store(&self.guard->step, step);
  futex_wake(&self.guard->step, WORKERS + 2);
}

/* The twins make their threads while we make ours. When there is room for few: better without twins, or with one. */
static void make_threads(int channel) {
  twins_start(channel, LIVES - 1);
  if (workers_start(numbers_of(0))) return;
  twins_stop();
  if (!workers_start(numbers_of(0))) sys(__NR_exit_group, 1);
  twins_start(channel, 1);
}

/* Back when the application is traced. What is to be told of it, which stays. */
static const char *begin_tracing(const char *trouble) {
  static char both[512];
  struct text out = {both, sizeof both, 0, false};
  self.engine = "ptrace";
  workers_release();
  while (atomic_load(&self.guard->step) < 3) futex_wait(&self.guard->step, 1, NULL);
  text_add(&out, traced_why());
  if (trouble) text_add(&out, "; ");
  if (trouble) text_add(&out, trouble);
  return both;
}

_Noreturn void supervisor_begin(int channel, const char *trouble) {
  close_all_but(channel);
  settle();
  numbers_of(0)[0] = self.pid;
  make_threads(channel);
  look_around();
  twins_wait();
  take_step(1);
  self.listener = descriptor_receive(channel);
  bool traced = self.guard->traced;
  if (self.listener < 0 && !traced) sys(__NR_exit_group, 1); /* the launch was given up */
  if (!traced) take_step(3);
  close_fd(channel);
  if (!traced) self.guard->features |= probe_listener(self.listener);
  unsigned twins = twins_give_listener();
  bool told;
  if (traced) trouble = begin_tracing(trouble);
  keeper_watch_policy();
  const char *wrong = switch_load(self.options->policy, self.options->key, &told);
  report_start(trouble ? trouble : probe_missing(self.guard->features));
  if (twins < LIVES - 1 && !traced) report_trouble("not all twins of the supervisor could be made: fewer of its deaths are survived");
  if (told) report_switch(wrong);
  if (policy_is_another(self.options->policy)) keeper_take_policy();
  workers_release();
  take_step(4);
  loaded_expect(self.guard->application);
  keeper_run();
}

_Noreturn void supervisor_relay(const char *said) {
  bool told;
  close_all_but(-1);
  settle();
  self.life = LIVES; /* nobody takes over */
  self.engine = "preload";
  look_around();
  if (!relay_open()) sys(__NR_exit_group, 1);
  keeper_watch_policy();
  const char *wrong = switch_load(self.options->policy, self.options->key, &told);
  report_start(said);
  if (told) report_switch(wrong);
  if (policy_is_another(self.options->policy)) keeper_take_policy();
  take_step(1);
  keeper_run();
}

/* A worker that had just left its call to the keeper may have died before it said so. */
static void leave_to_pending(void) {
  for (unsigned i = 0; i < PENDING; i++) {
    const struct pending *slot = &self.guard->pending[i];
    if (atomic_load(&slot->kind) <= PENDING_RESERVED) continue;
    for (unsigned w = 0; w < WORKERS; w++)
      if (self.guard->workers[w].call.id == slot->call.id) self.guard->workers[w].call.id = 0;
  }
}

/* The calls that waited without a thread are taken up anew: their descriptors died with their holder. A slot is free only
 * when that is done: we may die as well. */
static void take_up_pending(void) {
  for (unsigned i = 0; i < PENDING; i++) {
    struct pending *slot = &self.guard->pending[i];
    if (atomic_load(&slot->kind) == PENDING_NONE) continue;
    struct seccomp_notif call = slot->call;
    if (atomic_load(&slot->kind) == PENDING_SEND && slot->done && still_waiting(call.id) && send_take_over(slot)) continue;
    if (call.id && still_waiting(call.id)) take_up(&call);
    slot->call.id = 0;
    atomic_store(&slot->kind, PENDING_NONE);
  }
}

/* First of all somebody must answer again: whatever else there is to do is done after that. */
_Noreturn void supervisor_take_over(unsigned life) {
  bool late = life >= LIVES; /* made by a supervisor at work, whose memory it has */
  self.life = life;
  close_all_but(-1);
  agent_forget();
  if (late) {
    caller_take_over();
    held_take_over();
    look_take_over();
    programs_take_over();
    exec_take_over();
    workers_take_over();
  }
  policy_take_over();
  settle();
  look_around();
  report_recover();
  numbers_of(life)[0] = self.pid;
  leave_to_pending();
  if (late && !workers_start(numbers_of(life))) sys(__NR_exit_group, 1);
  workers_release();
  report_trouble("the supervisor died; its twin has taken over");
  if (life == LIVES - 1) report_trouble("no twin of the launch is left: one that takes over from here on is not guarded against signals");
  take_up_pending();
  keeper_watch_policy();
  const char *wrong = policy_load(self.options->policy, self.options->key, false);
  if (wrong) report_policy(wrong);
  bool told;
  wrong = switch_load(self.options->policy, self.options->key, &told);
  if (told && wrong) report_switch(wrong);
  loaded_expect(self.guard->application);
  keeper_run();
}
