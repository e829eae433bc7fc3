/* keeper.c: the supervisor's main thread. It waits for everything that is not a trapped call: the agent, a new policy,
 * connects under way, the twin, and the end. While calls come in it also looks every few milliseconds whether the
 * leading worker is held up; when all is quiet it sleeps without a timeout. */
#include <linux/futex.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "agent.h"
#include "report.h"
#include "resolve.h"

#define TICK_MS 5
#define QUIET_NS 200000000ull        /* without calls for this long: stop ticking */
#define REPEATS_NS 1000000000ull     /* repeats are told once a second */
#define RECONNECT_NS 1000000000ull

enum watched { WATCH_LISTENER = 1, WATCH_WAKE, WATCH_POLICY, WATCH_AGENT, WATCH_TWIN, WATCH_PENDING };

static int epoll = -1, inotify = -1, agent_watched = -1, twin_watched = -1;
static uint64_t last_activity_ns, last_repeats_ns, last_connect_ns;
static uint32_t last_activity, last_turn, last_leader, ticks_on_turn;

static void watch(int fd, uint32_t events, enum watched what, uint32_t index) {
  struct epoll_event event = {.events = events, .data.u64 = (uint64_t)index << 32 | what};
  sys(__NR_epoll_ctl, epoll, EPOLL_CTL_ADD, fd, &event);
}

void keeper_wake(void) {
  if (!atomic_exchange(&self.guard->parked, 0)) return;
  uint64_t one = 1;
  sys(__NR_write, self.wake, &one, sizeof one);
}

bool keep_pending(enum pending_kind kind, const struct pending *item) {
  for (unsigned i = 0; i < PENDING; i++) {
    struct pending *slot = &self.guard->pending[i];
    uint32_t none = PENDING_NONE;
    if (!atomic_compare_exchange_strong(&slot->kind, &none, PENDING_RESERVED)) continue;
    memcpy((uint8_t *)slot + sizeof slot->kind, (const uint8_t *)item + sizeof item->kind, sizeof *slot - sizeof slot->kind);
    atomic_store(&slot->kind, kind);
    if (kind == PENDING_CONNECT) watch(slot->fd, EPOLLOUT | EPOLLONESHOT, WATCH_PENDING, i);
    atomic_store(&self.guard->parked, 1); /* there is something to tick for, from now on */
    keeper_wake();
    return true;
  }
  report_trouble("too many calls are waiting: one was answered EAGAIN");
  return false;
}

static void release(struct pending *slot) {
  close_fd(slot->fd);
  atomic_store(&slot->kind, PENDING_NONE);
}

static void finish(struct pending *slot, long result) {
  answer(slot->call.id, 0, (int32_t)result);
  release(slot);
}

static void connect_done(struct pending *slot) {
  /* Asking again tells success from failure and puts the socket into its connected state. */
  long result = sys(__NR_connect, slot->fd, slot->address, slot->address_size);
  finish(slot, result == -EISCONN ? 0 : result);
}

static void retry_connect(struct pending *slot) {
  long flags = sys(__NR_fcntl, slot->fd, F_GETFL), result = identity_take(&slot->identity, false);
  if (!result) {
    sys(__NR_fcntl, slot->fd, F_SETFL, flags | O_NONBLOCK);
    result = sys(__NR_connect, slot->fd, slot->address, slot->address_size);
    sys(__NR_fcntl, slot->fd, F_SETFL, flags);
    identity_drop(&slot->identity, false);
  }
  if (result != -EAGAIN) finish(slot, result);
}

static void retry_fifo(struct pending *slot) {
  struct text_path link = descriptor_path(slot->fd);
  long fd = identity_take(&slot->identity, false);
  if (!fd) {
    fd = sys(__NR_openat, AT_FDCWD, link.bytes, slot->open_flags | O_NONBLOCK | O_CLOEXEC);
    identity_drop(&slot->identity, false);
  }
  if (fd == -ENXIO) return; /* still nobody reads */
  if (fd < 0) {
    finish(slot, fd);
    return;
  }
  sys(__NR_fcntl, fd, F_SETFL, slot->open_flags & ~O_NONBLOCK);
  answer_descriptor(slot->call.id, (int)fd, slot->open_flags & O_CLOEXEC);
  release(slot);
}

/* True while anything is pending. */
static bool tend_pending(void) {
  bool any = false;
  uint64_t now = now_ns(1);
  for (unsigned i = 0; i < PENDING; i++) {
    struct pending *slot = &self.guard->pending[i];
    uint32_t kind = atomic_load(&slot->kind);
    if (kind == PENDING_NONE) continue;
    any = true;
    if (kind == PENDING_RESERVED) continue;
    if (!still_waiting(slot->call.id)) release(slot); /* died or was signalled: nothing of it may stay behind */
    else if (slot->deadline_ns && now >= slot->deadline_ns) finish(slot, -EINPROGRESS); /* SO_SNDTIMEO: socket(7) */
    else if (kind == PENDING_RETRY_CONNECT) retry_connect(slot);
    else if (kind == PENDING_FIFO) retry_fifo(slot);
  }
  return any;
}

/* A worker that waits for a caller that is gone is interrupted, again and again until it is out. */
static void tend_workers(void) {
  uint32_t leader = atomic_load(&self.guard->leader);
  struct worker *w = &self.guard->workers[leader];
  uint32_t turn = atomic_load(&w->turn);
  bool in_hand = atomic_load(&w->state) == BUSY && w->call.id;
  ticks_on_turn = in_hand && leader == last_leader && turn == last_turn ? ticks_on_turn + 1 : 0;
  last_leader = leader;
  last_turn = turn;
  if (ticks_on_turn >= 2) workers_pass_lead(leader);
  for (unsigned i = 0; i < WORKERS; i++) {
    w = &self.guard->workers[i];
    uint64_t id = w->call.id;
    if (i != atomic_load(&self.guard->leader) && atomic_load(&w->state) == BUSY && id && !still_waiting(id))
      sys(__NR_tgkill, self.pid, w->tid, SIGUSR1);
  }
}

static void watch_policy(void) {
  char directory[PATH_BYTES];
  strcpy(directory, self.options->policy);
  char *slash = strrchr(directory, '/');
  if (slash) slash[slash == directory] = 0;
  inotify = (int)sys(__NR_inotify_init1, IN_CLOEXEC | IN_NONBLOCK);
  long error = sys(__NR_inotify_add_watch, inotify, slash ? directory : ".", IN_MOVED_TO | IN_CLOSE_WRITE);
  if (error < 0) report_trouble("the policy's directory cannot be watched: a new policy will not be noticed");
  watch(inotify, EPOLLIN, WATCH_POLICY, 0);
}

static void policy_changed(void) {
  _Alignas(struct inotify_event) char events[4096];
  const char *slash = strrchr(self.options->policy, '/'), *name = slash ? slash + 1 : self.options->policy;
  bool ours = false;
  long length;
  while ((length = sys(__NR_read, inotify, events, sizeof events)) > 0) {
    for (long at = 0; at < length;) {
      const struct inotify_event *event = (const struct inotify_event *)(events + at);
      ours |= (event->mask & IN_Q_OVERFLOW) || (event->len && strcmp(event->name, name) == 0);
      at += (long)(sizeof *event + event->len);
    }
  }
  if (!ours) return;
  report_policy(policy_load(self.options->policy, self.options->key, false));
}

static void tend_agent(uint64_t now) {
  if (!agent_connected() && now - last_connect_ns >= RECONNECT_NS) {
    last_connect_ns = now;
    agent_connect();
  }
  if (agent_connected()) agent_exchange();
  int fd = agent_descriptor();
  if (fd != agent_watched && fd >= 0) watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, WATCH_AGENT, 0);
  agent_watched = fd;
}

static void tend_twin(void) {
  if (twin_watched >= 0) return;
  twin_watched = twin_watch();
  if (twin_watched < 0) {
    twin_start();
    twin_watched = twin_watch();
  }
  if (twin_watched >= 0) watch(twin_watched, EPOLLIN, WATCH_TWIN, 0);
}

static _Noreturn void leave(void) {
  atomic_store(&self.guard->finished, 1); /* for the twin: there is nothing to take over */
  report_repeats();
  struct timespec pause = {0, 5000000};
  for (int i = 0; i < 100 && agent_connected() && !agent_is_up_to_date(); i++) {
    agent_exchange();
    sys(__NR_nanosleep, &pause, NULL);
  }
  sys(__NR_exit_group, 0);
  __builtin_unreachable();
}

static int how_long(uint64_t now, bool pending) {
  uint32_t activity = atomic_load(&self.guard->activity);
  if (activity != last_activity) last_activity_ns = now;
  last_activity = activity;
  if (pending || workers_held_up() || now - last_activity_ns < QUIET_NS) return TICK_MS;
  /* Quiet. Whoever comes next wakes us; look once more, it may have come just now. */
  atomic_store(&self.guard->parked, 1);
  if (atomic_load(&self.guard->activity) == activity && agent_has_nothing_to_send())
    return now - last_repeats_ns < 2 * REPEATS_NS || !agent_connected() ? 500 : -1;
  atomic_store(&self.guard->parked, 0);
  return TICK_MS;
}

static void dispatch(const struct epoll_event *event) {
  uint64_t ignored;
  switch ((enum watched)(event->data.u64 & 0xffffffff)) {
    case WATCH_LISTENER:
      if (event->events & EPOLLHUP) leave();
      break;
    case WATCH_WAKE:
      sys(__NR_read, self.wake, &ignored, sizeof ignored);
      break;
    case WATCH_POLICY:
      policy_changed();
      break;
    case WATCH_AGENT:
      break; /* tend_agent() looks each time round */
    case WATCH_TWIN:
      close_fd(twin_watched);
      twin_watched = -1;
      twin_gone();
      break;
    case WATCH_PENDING: {
      struct pending *slot = &self.guard->pending[event->data.u64 >> 32];
      if (atomic_load(&slot->kind) == PENDING_CONNECT) connect_done(slot);
      break;
    }
  }
}

_Noreturn void keeper_run(void) {
  struct epoll_event events[16];
  epoll = (int)sys(__NR_epoll_create1, EPOLL_CLOEXEC);
  watch(self.listener, 0, WATCH_LISTENER, 0); /* a hang-up is always told */
  watch(self.wake, EPOLLIN, WATCH_WAKE, 0);
  watch_policy();
  for (;;) {
    uint64_t now = now_ns(1);
    if (now - last_repeats_ns >= REPEATS_NS && (report_repeats() || !last_repeats_ns)) last_repeats_ns = now;
    tend_twin();
    tend_agent(now);
    tend_workers();
    bool pending = tend_pending();
    int timeout = how_long(now_ns(1), pending);
    long count = sys(__NR_epoll_pwait, epoll, events, 16, timeout, NULL, 8);
    atomic_store(&self.guard->parked, 0);
    for (long i = 0; i < count; i++) dispatch(&events[i]);
  }
}
