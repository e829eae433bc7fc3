/* worker.c: one thread, one epoll. Everything it may lose when it is killed lies in struct shared. */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "acts.h"
#include "decide.h"
#include "events.h"
#include "finish.h"
#include "link.h"
#include "log.h"
#include "refresh.h"
#include "wire.h"

#define EVENTS_AT_ONCE 64
#define TICK_MS 1000
#define LOG_RETRY_MS 20 /* standard output took no more: look again */
#define REPEATS_NS 10000000000u
#define FLUSH_NS 250000000u /* of the 300 ms the parent waits */
#define ORPHAN_NS 2000000000u

static int loop = -1, events_socket = -1, control_socket = -1;
static struct source events_source, control_source;
static struct {
  uint64_t repeats_ns, orphan_ns;
  bool orphan;
} last;

bool worker_watch(int fd, uint32_t events, struct source *source) {
  struct epoll_event event = {.events = events, .data = {.ptr = source}};
  return epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event) == 0;
}

bool worker_watch_for(int fd, uint32_t events, struct source *source) {
  struct epoll_event event = {.events = events, .data = {.ptr = source}};
  return epoll_ctl(loop, EPOLL_CTL_MOD, fd, &event) == 0;
}

void worker_drain(void) {
  static uint8_t datagram[OR_FRAME_MAX + 8];
  ssize_t got;
  if (events_socket < 0) return;
  while ((got = recv(events_socket, datagram, sizeof datagram, MSG_DONTWAIT)) >= 0 || errno == EINTR)
    if (got >= 0) events_datagram(datagram, (size_t)got);
}

static void on_events(struct source *source, uint32_t events) {
  (void)source, (void)events;
  worker_drain();
}

static _Noreturn void end(void) {
  worker_drain();
  finish_everything(now_steady() + FLUSH_NS);
  refresh_stop();
  _exit(0);
}

static void on_control(struct source *source, uint32_t events) {
  char message;
  ssize_t got;
  (void)source;
  while ((got = recv(control_socket, &message, 1, MSG_DONTWAIT)) > 0)
    if (message == CONTROL_SHUTDOWN) end();
  if (got == 0 || events & EPOLLHUP) { /* the parent is gone, and with it SHUTDOWN: on as long as somebody needs us */
    epoll_ctl(loop, EPOLL_CTL_DEL, control_socket, NULL);
    last.orphan = true;
    last.orphan_ns = now_steady();
  }
}

void worker_restored(void) {
  random_bytes(shared->instance, sizeof shared->instance);
  shared->started_ns = now_real();
  worker_policy();
}

void worker_policy(void) {
  if (!decide_refresh()) return;
  const struct or_policy_header *policy = decide_policy();
  struct note note = {.type = OR_POLICY,
                      .time_ns = now_real(),
                      .has_verdict = true,
                      .verdict = OR_ALLOW,
                      .policy_id = policy->id,
                      .policy_counter = policy->counter,
                      .has_mode = true,
                      .mode = policy->mode};
  events_take(&note);
  learning_begin();
}

static void tick(void) {
  uint64_t now = now_steady();
  tree_reap();
  const char *message = refresh_tick(state);
  if (message) events_trouble(message);
  worker_policy();
  learning_check();
  if (now - last.repeats_ns >= REPEATS_NS) {
    last.repeats_ns = now;
    events_repeats();
  }
  if (last.orphan && !proxy_links() && now - last.orphan_ns > ORPHAN_NS) {
    state->proxy_port = 0;
    finish_everything(now + FLUSH_NS);
    _exit(0);
  }
}

static int timeout(void) {
  if (proxy_busy()) return 0;
  return log_pending() ? LOG_RETRY_MS : TICK_MS;
}

static _Noreturn void serve(void) {
  static struct epoll_event events[EVENTS_AT_ONCE];
  uint64_t ticked = 0;
  for (;;) {
    bool waiting = events_idle(); /* one look at most, then the proxy has its turn */
    int count = epoll_wait(loop, events, EVENTS_AT_ONCE, waiting ? 0 : timeout());
    for (int i = 0; i < count; i++) {
      struct source *source = events[i].data.ptr;
      source->ready(source, events[i].events);
    }
    proxy_turn();
    log_flush(0);
    uint64_t now = now_steady();
    if (now - ticked < TICK_MS * 1000000ull) continue;
    ticked = now;
    tick();
  }
}

_Noreturn void worker_run(const struct doors *doors) {
  loop = epoll_create1(EPOLL_CLOEXEC);
  events_socket = doors->events;
  control_socket = doors->control;
  events_source.ready = on_events;
  control_source.ready = on_control;
  if (loop < 0 || !worker_watch(control_socket, EPOLLIN | EPOLLRDHUP, &control_source)) _exit(1);
  if (events_socket >= 0) worker_watch(events_socket, EPOLLIN | EPOLLET, &events_source);
  worker_drain();
  decide_start();
  learning_begin();
  if (doors->listener >= 0 && !proxy_start(doors->listener)) _exit(1);
  char ready = CONTROL_READY;
  if (send(control_socket, &ready, 1, MSG_NOSIGNAL) < 0) last.orphan = true;
  serve();
}
