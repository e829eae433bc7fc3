/* parent.c: the process Lambda started. It registers, waits for SHUTDOWN, and keeps a worker alive. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "extension.h"
#include "finish.h"
#include "line.h"
#include "platform.h"
#include "skim.h"

#define READY_MS 500 /* for a worker to begin: it takes 1 */
#define FLUSH_MS 300 /* for a worker to end at SHUTDOWN: Lambda gives all extensions together 2,000 */
#define LAST_WORDS_NS 100000000u /* for what it leaves behind then */
#define QUICK_DEATH_NS 1000000000u
#define QUICK_DEATHS_MAX 8 /* then nothing of ours stands in the way of the function any more */
#define BACK_OFF_MAX_MS 1000
#define UNTIL_READY (-1) /* instead of a descriptor to wait for */
#define NOTHING (-2)

static struct doors doors = {-1, -1, -1};
static struct {
  pid_t pid; /* 0: none */
  int control;
  uint64_t born_ns, again_ns; /* CLOCK_MONOTONIC; again_ns: when it is to be started anew */
  unsigned quick_deaths;
  bool ready;
} worker = {.control = -1};
static sigset_t waiting_mask; /* while waiting: SIGCHLD comes through */
static struct platform platform = {.fd = -1};

static void say(const char *what) {
  char line[512];
  uint64_t at = now_real();
  char time[20];
  time_text(at / 1000000000u, time);
  int size = snprintf(line, sizeof line,
                      "{\"schema\":\"outrider.event/1\",\"type\":\"trouble\",\"seq\":%llu,\"time\":\"%s.%09uZ\","
                      "\"container\":\"function\",\"message\":\"extension: %s\"}\n",
                      (unsigned long long)atomic_fetch_add(&shared->seq, 1) + 1, time, (unsigned)(at % 1000000000u),
                      what);
  if (write(1, line, (size_t)size) < 0) return; /* there is nobody else to tell */
}

static void on_child(int number) { (void)number; }

static void worker_start(void) {
  int pair[2];
  worker.again_ns = 0;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair)) {
    worker.again_ns = now_steady() + BACK_OFF_MAX_MS * 1000000ull;
    return;
  }
  pid_t pid = fork();
  if (pid == 0) {
    close(pair[0]);
    platform_close(&platform);
    signal(SIGCHLD, SIG_DFL);
    sigprocmask(SIG_SETMASK, &waiting_mask, NULL);
    doors.control = pair[1];
    worker_run(&doors);
  }
  close(pair[1]);
  if (pid < 0) {
    close(pair[0]);
    worker.again_ns = now_steady() + BACK_OFF_MAX_MS * 1000000ull;
    return;
  }
  worker.pid = pid;
  worker.control = pair[0];
  worker.born_ns = now_steady();
  worker.ready = false;
  state->worker_pid = pid;
}

/* At once the first time, then later and later; and when no worker can live here, calls go to the platform directly: a
 * refused connection tells the guard so. */
static void worker_died(void) {
  uint64_t now = now_steady();
  worker.pid = 0;
  state->worker_pid = 0;
  close(worker.control);
  worker.control = -1;
  shared->restarts++;
  worker.quick_deaths = now - worker.born_ns < QUICK_DEATH_NS ? worker.quick_deaths + 1 : 0;
  if (worker.quick_deaths == QUICK_DEATHS_MAX && doors.listener >= 0) {
    state->proxy_port = 0;
    close(doors.listener);
    doors.listener = -1;
    say("the worker dies at once whenever it is started; the Runtime API is no longer watched");
  }
  uint64_t delay = worker.quick_deaths < 2 ? 0 : 5ull << (worker.quick_deaths < 12 ? worker.quick_deaths : 12);
  worker.again_ns = now + 1 + (delay > BACK_OFF_MAX_MS ? BACK_OFF_MAX_MS : delay) * 1000000u;
}

static void look_after_worker(void) {
  int status;
  if (worker.pid && waitpid(worker.pid, &status, WNOHANG) == worker.pid) worker_died();
  if (!worker.pid && worker.again_ns && now_steady() >= worker.again_ns) worker_start();
}

static void read_control(void) {
  char message;
  if (worker.control < 0) return;
  while (recv(worker.control, &message, 1, 0) == 1)
    if (message == CONTROL_READY) worker.ready = true;
}

/* The parent's one place to wait: for `fd`, and meanwhile for the worker. */
static bool wait_for(int fd, short events, int milliseconds) {
  uint64_t end = milliseconds < 0 ? UINT64_MAX : now_steady() + (uint64_t)milliseconds * 1000000u;
  for (;;) {
    look_after_worker();
    uint64_t now = now_steady(), until = worker.again_ns && worker.again_ns < end ? worker.again_ns : end;
    if (now >= end) return false;
    uint64_t left = until > now ? until - now : 0;
    struct timespec time = {(time_t)(left / 1000000000u), (long)(left % 1000000000u)};
    struct pollfd polled[2] = {{fd, events, 0}, {worker.control, POLLIN, 0}};
    int ready = ppoll(polled, 2, until == UINT64_MAX ? NULL : &time, &waiting_mask);
    if (ready > 0 && polled[1].revents & POLLIN) read_control();
    if (ready > 0 && polled[1].revents & (POLLHUP | POLLERR)) look_after_worker();
    if (ready > 0 && polled[0].revents) return true;
    if (fd == UNTIL_READY && worker.ready) return true;
  }
}

static void tell_worker(char kind) {
  if (worker.control >= 0 && send(worker.control, &kind, 1, MSG_NOSIGNAL) < 0 && errno != EAGAIN) look_after_worker();
}

static void listen_for_runtime(void) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(settings.port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;
  if (fd < 0) return;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 128)) close(fd);
  else doors.listener = fd;
}

static void publish_port(void) {
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  if (doors.listener < 0 || !worker.ready || getsockname(doors.listener, (struct sockaddr *)&address, &size)) return;
  state->proxy_port = ntohs(address.sin_port);
}

/* SHUTDOWN: the worker tells what it still knows; what it does not manage in time, Lambda would not have waited for. */
static int end(void) {
  state->phase = OR_PHASE_SHUTDOWN;
  worker.again_ns = 0;
  tell_worker(CONTROL_SHUTDOWN);
  uint64_t until = now_steady() + FLUSH_MS * 1000000ull;
  bool gone = !worker.pid, told = false;
  while (!gone && now_steady() < until) {
    struct timespec time = {0, 5000000};
    ppoll(NULL, 0, &time, &waiting_mask);
    int status = 0;
    gone = waitpid(worker.pid, &status, WNOHANG) == worker.pid;
    told = gone && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  if (!gone) {
    kill(worker.pid, SIGKILL);
    waitpid(worker.pid, NULL, 0);
  }
  if (!told)
    finish_everything(now_steady() + LAST_WORDS_NS); /* it had died, or was held up: what it left is told from here */
  state->proxy_port = 0;
  return 0;
}

/* Whether the event is SHUTDOWN: by the member at its top. */
static bool is_shutdown(void) {
  char type[16] = "";
  const struct skim_watch watches[] = {{"/eventType", type, sizeof type}};
  static struct skim skim;
  skim_begin(&skim, watches, 1);
  skim_take(&skim, platform.body, strlen(platform.body));
  return strcmp(type, "SHUTDOWN") == 0;
}

/* What of us can go on without the Extensions API goes on: never an exit, Lambda would fail the function. */
static _Noreturn void stay(const char *why) {
  say(why);
  platform_close(&platform);
  for (;;) wait_for(NOTHING, 0, -1);
}

static int serve(void) {
  unsigned failures = 0;
  for (;;) {
    int status = platform_next(&platform);
    if (status != 200) {
      if (++failures == 10) stay("the Extensions API does not answer: nothing will be told at the end");
      wait_for(NOTHING, 0, 50 << (failures < 5 ? failures : 5));
      continue;
    }
    failures = 0;
    if (is_shutdown()) return end();
  }
}

int parent_run(const char *name, const char *trouble) {
  struct sigaction action = {.sa_handler = on_child, .sa_flags = SA_NOCLDSTOP}; /* frozen is not ended */
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGCHLD);
  sigprocmask(SIG_BLOCK, &blocked, &waiting_mask);
  sigaction(SIGCHLD, &action, NULL);
  platform.wait = wait_for;
  if (trouble) say(trouble);
  doors.events = directory_events();
  if (settings.api_size) listen_for_runtime();
  worker_start();
  wait_for(UNTIL_READY, 0, READY_MS);
  publish_port();
  if (!settings.api_size) stay("AWS_LAMBDA_RUNTIME_API is not set: there is nothing to register with");
  int status = platform_register(&platform, name);
  if (status != 200)
    stay(status < 0 ? "the Extensions API cannot be reached" : "the Extensions API refuses the registration");
  return serve();
}
