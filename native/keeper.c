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
#include "alert_only.h"
#include "foreign.h"
#include "held.h"
#include "loaded.h"
#include "relay.h"
#include "report.h"
#include "resolve.h"
#include "traced.h"
#include "traps.h"

#define TICK_MS 5
#define QUIET_NS 200000000ull        /* without calls for this long: stop ticking */
#define REPEATS_NS 1000000000ull     /* repeats are told once a second */
#define RECONNECT_NS 1000000000ull
#define LATE_TWIN_NS 1000000000ull   /* between two tries to make one */
#define LOOKS_A_TICK 8u              /* waiting callers asked for signals each tick: bounds what a crowd of them costs */
#define PATIENT_LOOKS 4u             /* before a signal that another thread may take is held to be for this one */

enum watched { WATCH_LISTENER = 1, WATCH_WAKE, WATCH_POLICY, WATCH_AGENT, WATCH_TWIN, WATCH_PENDING, WATCH_EVENTS, WATCH_REQUESTS, WATCH_FIRST };

static int epoll = -1, inotify = -1, agent_watched = -1, twins_watched[LIVES + 1];
static uint64_t last_activity_ns, last_repeats_ns, last_connect_ns, last_look_ns, last_twin_ns;
static unsigned twins; /* that wait for our death */
static bool foreigners; /* are looked for */
static uint32_t last_activity;
static struct { uint32_t turn, leader, ticks; } last[LEADERS]; /* what each leader was seen at, and how often */

static void watch(int fd, uint32_t events, enum watched what, uint32_t index) {
  struct epoll_event event = {.events = events, .data.u64 = (uint64_t)index << 32 | what};
  sys(__NR_epoll_ctl, epoll, EPOLL_CTL_ADD, fd, &event);
}

void keeper_wake(void) {
  if (!atomic_exchange(&self.guard->parked, 0)) return;
  uint64_t one = 1;
  sys(__NR_write, self.wake, &one, sizeof one);
}

void keeper_hurry(void) {
  uint64_t one = 1;
  atomic_store(&self.guard->parked, 0);
  sys(__NR_write, self.wake, &one, sizeof one);
}

bool keep_pending(enum pending_kind kind, const struct pending *item) {
  for (unsigned i = 0; i < PENDING; i++) {
    struct pending *slot = &self.guard->pending[i];
    uint32_t none = PENDING_NONE;
    if (!atomic_compare_exchange_strong(&slot->kind, &none, PENDING_RESERVED)) continue;
    memcpy((uint8_t *)slot + sizeof slot->kind, (const uint8_t *)item + sizeof item->kind, sizeof *slot - sizeof slot->kind);
    atomic_store(&slot->kind, kind);
    for (uint32_t used = atomic_load(&self.guard->pending_used); used <= i;)
      if (atomic_compare_exchange_weak(&self.guard->pending_used, &used, i + 1)) break;
    atomic_store(&self.guard->parked, 1); /* there is something to tick for, from now on */
    keeper_wake();
    return true;
  }
  report_trouble("too many calls are waiting: one was answered EAGAIN");
  return false;
}

static void release(struct pending *slot) {
  /* epoll(7): the caller's descriptor keeps the open file alive, so closing ours alone would leave it watched. */
  if (slot->watched) sys(__NR_epoll_ctl, epoll, EPOLL_CTL_DEL, slot->fd, NULL);
  close_fd(slot->fd);
  close_fd(slot->target);
  atomic_store(&slot->kind, PENDING_NONE);
}

static void finish(struct pending *slot, long result) {
  if (atomic_load(&slot->kind) == PENDING_SEND) send_settle(slot, slot->done ? (long)slot->done : result);
  else answer(slot->call.id, 0, (int32_t)result);
  release(slot);
}

static void watch_again(struct pending *slot) {
  struct epoll_event again = {.events = EPOLLOUT | EPOLLONESHOT, .data.u64 = (uint64_t)(slot - self.guard->pending) << 32 | WATCH_PENDING};
  sys(__NR_epoll_ctl, epoll, EPOLL_CTL_MOD, slot->fd, &again);
}

static void retry_send(struct pending *slot) {
  if (send_again(slot)) release(slot);
  else if (slot->watched && !slot->by_ticks) watch_again(slot);
}

static void connect_done(struct pending *slot) {
  /* Asking again tells success from failure and puts the socket into its connected state. */
  long result = sys(__NR_connect, slot->fd, slot->address, slot->address_size);
  if (result != -EALREADY) {
    finish(slot, result == -EISCONN ? 0 : result);
    return;
  }
  watch_again(slot);
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

/* Under WAIT_KILLABLE_RECV no signal but a deadly one gets a caller out of its wait: for calls that may wait long we
 * look, and answer as the kernel's own call would, -ERESTARTSYS: whether the call is then made anew or fails with EINTR
 * is decided by the signal's handler (signal(7)). That answer is only right when this very thread has the signal. */
enum signalled { NO_SIGNAL, SIGNAL_PERHAPS, SIGNAL_SURELY };

static enum signalled signal_waits(int32_t tid) {
  char status[4096];
  uint64_t own = 0, shared = 0, blocked = 0, process = 0, threads = 0;
  if (!(self.guard->features & HAS_WAIT_KILLABLE)) return NO_SIGNAL;
  if (proc_read(tid, "status", status, sizeof status) <= 0) return NO_SIGNAL;
  if (!status_number(status, "SigPnd:", 16, &own) || !status_number(status, "ShdPnd:", 16, &shared)) return NO_SIGNAL;
  if (!status_number(status, "SigBlk:", 16, &blocked) || !((own | shared) & ~blocked)) return NO_SIGNAL;
  status_number(status, "Tgid:", 10, &process);
  status_number(status, "Threads:", 10, &threads);
  /* A signal to the process goes to its main thread, when that does not block it (signal(7)). */
  return own & ~blocked || threads == 1 || (int32_t)process == tid ? SIGNAL_SURELY : SIGNAL_PERHAPS;
}

static bool interrupted(struct pending *slot) {
  enum signalled found = signal_waits((int32_t)slot->call.pid);
  slot->looks = found == SIGNAL_PERHAPS ? slot->looks + 1 : 0;
  if (found != SIGNAL_SURELY && slot->looks < PATIENT_LOOKS) return false;
  finish(slot, found == SIGNAL_SURELY && !slot->deadline_ns ? RESTART : -EINTR); /* with SO_SNDTIMEO never again: signal(7) */
  return true;
}

static void tend(struct pending *slot, uint32_t kind, uint64_t now) {
  if (!still_waiting(slot->call.id)) {
    release(slot); /* died or was signalled: nothing of it may stay behind */
  } else if (slot->deadline_ns && now >= slot->deadline_ns) {
    finish(slot, slot->late); /* SO_SNDTIMEO: socket(7), unix(7) */
  } else if (kind == PENDING_RETRY_CONNECT) {
    retry_connect(slot);
  } else if (kind == PENDING_FIFO) {
    retry_fifo(slot);
  } else if (kind == PENDING_SEND && slot->by_ticks) {
    retry_send(slot);
  } else if (!slot->watched) {
    watch(slot->fd, EPOLLOUT | EPOLLONESHOT, WATCH_PENDING, (uint32_t)(slot - self.guard->pending));
    slot->watched = true;
  }
}

/* True while anything is pending. */
static bool tend_pending(void) {
  static uint32_t next_look;
  uint32_t used = atomic_load(&self.guard->pending_used), looks = LOOKS_A_TICK, first = next_look;
  bool any = false;
  uint64_t now = now_ns(1);
  for (uint32_t i = 0; i < used; i++) {
    struct pending *slot = &self.guard->pending[(first + i) % used];
    uint32_t kind = atomic_load(&slot->kind);
    if (kind == PENDING_NONE) continue;
    any = true;
    if (kind == PENDING_RESERVED) continue;
    if (looks && looks--) {
      next_look = (first + i + 1) % used;
      if (interrupted(slot)) continue;
    }
    tend(slot, kind, now);
  }
  return any;
}

/* A worker that waits for a caller that is gone, or has a signal to see to, is interrupted, again and again until it is
 * out. */
static void tend_workers(void) {
  for (unsigned slot = 0; slot < LEADERS; slot++) {
    uint32_t leader = atomic_load(&self.guard->leaders[slot]);
    struct worker *w = &self.guard->workers[leader];
    uint32_t turn = atomic_load(&w->turn);
    bool in_hand = atomic_load(&w->state) == BUSY && w->call.id;
    last[slot].ticks = in_hand && leader == last[slot].leader && turn == last[slot].turn ? last[slot].ticks + 1 : 0;
    last[slot].leader = leader;
    last[slot].turn = turn;
    if (last[slot].ticks >= 2) workers_pass_lead(slot, leader);
  }
  for (unsigned i = 0; i < WORKERS; i++) {
    struct worker *w = &self.guard->workers[i];
    uint64_t id = w->call.id;
    if (worker_leads(i) || atomic_load(&w->state) != BUSY || !id) continue;
    if (still_waiting(id) && signal_waits((int32_t)w->call.pid) != SIGNAL_SURELY) continue;
    atomic_store(&w->signalled, id); /* first, then the look: see answer_descriptor() */
    if (!atomic_load(&w->handing)) sys(__NR_tgkill, self.pid, w->tid, SIGUSR1);
  }
}

void keeper_watch_policy(void) {
  char directory[PATH_BYTES];
  strcpy(directory, self.options->policy);
  char *slash = strrchr(directory, '/');
  if (slash) slash[slash == directory] = 0;
  inotify = (int)sys(__NR_inotify_init1, IN_CLOEXEC | IN_NONBLOCK);
  long error = sys(__NR_inotify_add_watch, inotify, slash ? directory : ".", IN_MOVED_TO | IN_CLOSE_WRITE);
  if (error < 0) report_trouble("the policy's directory cannot be watched: a new policy will not be noticed");
}

void keeper_take_policy(void) {
  const char *wrong = policy_load(self.options->policy, self.options->key, false);
  report_policy(wrong);
  if (!wrong && self.guard->relayed) relay_publish();
}

static void policy_changed(void) {
  _Alignas(struct inotify_event) char events[4096];
  const char *slash = strrchr(self.options->policy, '/'), *name = slash ? slash + 1 : self.options->policy;
  bool ours = false, switched = false, told = false;
  long length;
  while ((length = sys(__NR_read, inotify, events, sizeof events)) > 0) {
    for (long at = 0; at < length;) {
      const struct inotify_event *event = (const struct inotify_event *)(events + at);
      ours |= (event->mask & IN_Q_OVERFLOW) || (event->len && strcmp(event->name, name) == 0);
      switched |= (event->mask & IN_Q_OVERFLOW) || (event->len && strcmp(event->name, OR_SWITCH_FILE) == 0);
      at += (long)(sizeof *event + event->len);
    }
  }
  if (switched) {
    const char *wrong = switch_load(self.options->policy, self.options->key, &told);
    if (told) report_switch(wrong);
  }
  if (ours) keeper_take_policy();
}

static void tend_agent(uint64_t now) {
  if (!agent_connected() && now - last_connect_ns >= RECONNECT_NS) {
    last_connect_ns = now;
    agent_connect();
  }
  if (agent_connected()) agent_exchange();
  if (agent_connected() && agent_is_up_to_date()) report_counters();
  int fd = agent_descriptor();
  if (fd != agent_watched && fd >= 0) watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, WATCH_AGENT, 0);
  agent_watched = fd;
}

static void watch_twin(unsigned life) {
  twins_watched[life] = twin_watch(life);
  if (twins_watched[life] < 0) return;
  twins++;
  watch(twins_watched[life], EPOLLIN, WATCH_TWIN, life);
}

static void twin_ended(unsigned life) {
  close_fd(twins_watched[life]);
  twins--;
  if (life < LIVES) twin_gone(life);
  report_trouble("a twin of the supervisor was killed");
}

/* Without one of the launch, one made now is better than none: it may be reached by signals, and with both gone trapped
 * calls fail as well. */
static void tend_twins(uint64_t now) {
  if (twins || self.guard->traced || self.guard->relayed || now - last_twin_ns < LATE_TWIN_NS) return;
  last_twin_ns = now;
  if (twin_late()) watch_twin(LIVES);
}

static _Noreturn void leave(void) {
  atomic_store(&self.guard->finished, 1); /* for the twin: there is nothing to take over */
  report_repeats();
  if (!agent_connected()) agent_connect();
  struct timespec pause = {0, 5000000};
  for (int i = 0; i < 100 && agent_connected() && !agent_is_up_to_date(); i++) {
    agent_exchange();
    if (agent_is_up_to_date()) report_counters();
    else sys(__NR_nanosleep, &pause, NULL);
  }
  sys(__NR_exit_group, 0);
  __builtin_unreachable();
}

static int at_most(int timeout, uint64_t ms) { return timeout < 0 || ms < (uint64_t)timeout ? (int)ms : timeout; }

static int until_due(int timeout, uint64_t now, uint64_t due) {
  if (due == UINT64_MAX) return timeout;
  return at_most(timeout, due > now ? (due - now) / 1000000u + 1 : 0);
}

static int how_long(uint64_t now, bool pending, uint64_t loads_due) {
  uint32_t activity = atomic_load(&self.guard->activity);
  if (activity != last_activity) last_activity_ns = now;
  last_activity = activity;
  if (pending || workers_held_up() || now - last_activity_ns < QUIET_NS) return TICK_MS;
  /* Quiet. Whoever comes next wakes us; look once more, it may have come just now. */
  atomic_store(&self.guard->parked, 1);
  if (atomic_load(&self.guard->activity) == activity && agent_has_nothing_to_send())
    return until_due(now - last_repeats_ns < 2 * REPEATS_NS || !agent_connected() ? 500 : foreigners || (!twins && !self.guard->traced) ? 1000 : -1, now, loads_due);
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
      twin_ended((unsigned)(event->data.u64 >> 32));
      break;
    case WATCH_EVENTS:
      relay_take();
      break;
    case WATCH_REQUESTS:
      relay_hand_out();
      break;
    case WATCH_FIRST:
      relay_first_ended();
      break;
    case WATCH_PENDING: {
      struct pending *slot = &self.guard->pending[event->data.u64 >> 32];
      uint32_t kind = atomic_load(&slot->kind);
      if (kind == PENDING_CONNECT) connect_done(slot);
      else if (kind == PENDING_SEND) retry_send(slot);
      break;
    }
  }
}

_Noreturn void keeper_run(void) {
  struct epoll_event events[16];
  agent_watched = -1; /* what a late twin has in its memory was its maker's */
  last_twin_ns = twins = 0;
  epoll = (int)sys(__NR_epoll_create1, EPOLL_CLOEXEC);
  watch(self.listener, 0, WATCH_LISTENER, 0); /* a hang-up is always told */
  watch(self.wake, EPOLLIN, WATCH_WAKE, 0);
  watch(inotify, EPOLLIN, WATCH_POLICY, 0);
  watch(relay_events(), EPOLLIN, WATCH_EVENTS, 0);
  watch(relay_requests(), EPOLLIN, WATCH_REQUESTS, 0);
  watch(relay_first(), EPOLLIN | EPOLLONESHOT, WATCH_FIRST, 0);
  for (unsigned life = self.life + 1; life < LIVES; life++) watch_twin(life);
  foreigners = foreign_begin();
  for (;;) {
    uint64_t now = now_ns(1);
    if (traced_is_over() || relay_tend(now)) leave();
    if (now - last_repeats_ns >= REPEATS_NS && (report_repeats() || !last_repeats_ns)) last_repeats_ns = now;
    if (foreigners && now - last_look_ns >= FOREIGN_LOOKS_NS) {
      last_look_ns = now;
      foreign_look();
    }
    tend_twins(now);
    tend_agent(now);
    tend_workers();
    bool pending = tend_pending();
    int timeout = how_long(now_ns(1), pending, loaded_look(now));
    if (held_look(now)) timeout = at_most(timeout, HELD_LOOK_MS);
    if (relay_is_leaving()) timeout = at_most(timeout, RELAY_AGAIN_MS);
    long count = sys(__NR_epoll_pwait, epoll, events, 16, timeout, NULL, 8);
    atomic_store(&self.guard->parked, 0);
    for (long i = 0; i < count; i++) dispatch(&events[i]);
  }
}
