#include "cell.h"

#include "old_kernel.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define SECONDS 40 /* a trick that takes longer hangs: on a machine at rest none takes two */
#define AFTERWARDS_MS 2000 /* for what a trick left behind to end, and for the supervisor's last word */

static struct run run;
static char said[256];
static size_t said_length;
static int said_pipe = -1;

_Noreturn void fail(const char *what) {
  printf("broken\tno\t-\tthe harness: %s: %s\n", what, strerror(errno));
  fflush(stdout);
  _exit(2);
}

long need(long result, const char *what) {
  if (result < 0) fail(what);
  return result;
}

static uint64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Bare there must be something to attack: it has the supervisor's name, a session of its own, and a descriptor. */
static pid_t stand_in_start(void) {
  int ends[2];
  need(pipe(ends), "pipe");
  pid_t pid = fork();
  if (pid == 0) {
    setsid();
    if (!run.root) place_drop_capabilities(); /* like the trick: who has more cannot be looked into */
    close(ends[0]);
    prctl(PR_SET_NAME, "outrider-run");
    need(write(ends[1], "", 1), "ready");
    for (;;) pause();
  }
  char byte;
  need(read(ends[0], &byte, 1), "the stand-in");
  close(ends[0]);
  close(ends[1]);
  return pid;
}

static pid_t trick_start(int out) {
  char path[300];
  snprintf(path, sizeof path, "/mnt/bin/%s", run.name);
  char *const bare[] = {path, NULL};
  const char *asked = getenv("CELL_ENGINE");
  bool old = asked && !strcmp(asked, "old");
  const char *engine = old ? "trace" : asked ? asked : "auto"; /* "old": ptrace, as on a kernel of before 5.0 */
  char *const guarded[] = {VOLUME "/outrider-run", "--dir", VOLUME, "--on-failure", "security", "--engine", (char *)engine, "--", path, NULL};
  char *environment[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "FORBIDDEN_PORT=7001", "ALLOWED_PORT=7002",
                         "BIND_PORT=7003", "FORBIDDEN_SOCKET=" W "/protected/socket", NULL, NULL};
  if (!strcmp(run.act, "guard") || !strcmp(run.act, "bind")) environment[5] = "BYPASS_WATCHED=1";
  pid_t pid = fork();
  if (pid) return pid;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setsid();
  dup2(out, 1);
  int null = open("/dev/null", O_RDWR);
  dup2(null, 0);
  if (!getenv("CELL_SHOWS")) dup2(null, 2);
  close(null);
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  need(chdir(W), W);
  if (!run.root) place_drop_capabilities();
  if (old && run.supervised) need(become_old_kernel(), "an old kernel");
  execve(run.supervised ? guarded[0] : path, run.supervised ? guarded : bare, environment);
  _exit(98);
}

static void listen_to_trick(void) {
  char piece[4096];
  long got;
  while (said_pipe >= 0 && (got = read(said_pipe, piece, sizeof piece)) >= 0) {
    if (got == 0) {
      close(said_pipe);
      said_pipe = -1;
    }
    for (long i = 0; i < got && said_length < sizeof said - 1; i++) said[said_length++] = strchr("\n\t\r", piece[i]) ? ' ' : piece[i];
  }
}

static void serve(int milliseconds) {
  struct pollfd all[24];
  unsigned count = listeners_poll(all);
  count += agent_poll(all + count);
  all[count++] = (struct pollfd){said_pipe, POLLIN, 0};
  sigset_t waited;
  sigemptyset(&waited); /* SIGCHLD comes through only here */
  struct timespec patience = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
  if (ppoll(all, count, &patience, &waited) <= 0) return;
  listeners_serve();
  agent_serve();
  listen_to_trick();
}

static void on_child(int number) { (void)number; }

/* Until the trick has ended, and what it left behind. Its wait status; -1: it hung. */
static int watch(pid_t trick, pid_t stand_in) {
  uint64_t end = now_ms() + SECONDS * 1000;
  int status, result = -1, stops = 0;
  for (bool running = true; now_ms() < end;) {
    pid_t pid = waitpid(-1, &status, WNOHANG | WUNTRACED | __WALL);
    if (pid == 0) serve(50);
    if (pid < 0) break; /* nobody left */
    if (pid <= 0) continue;
    if (pid == trick && WIFSTOPPED(status)) {
      if (stops++) witness_look(&run, trick, stand_in);
      else witness_start(&run, trick, stand_in);
      kill(trick, SIGCONT);
    } else if (pid == trick && running) {
      running = false;
      result = status;
      end = now_ms() + AFTERWARDS_MS;
      if (stand_in > 0) kill(stand_in, SIGKILL);
    }
  }
  kill(-1, SIGKILL);
  serve(0);
  return result;
}

static _Noreturn void inner(void) {
  int ends[2];
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct sigaction action = {.sa_handler = on_child};
  sigset_t blocked;
  sigaction(SIGCHLD, &action, NULL);
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGCHLD);
  sigprocmask(SIG_BLOCK, &blocked, NULL);
  umask(022);
  place_make(&run);
  listeners_open();
  agent_open();
  witness_before(&run);
  need(pipe2(ends, O_CLOEXEC | O_NONBLOCK), "pipe");
  said_pipe = ends[0];
  pid_t stand_in = run.supervised ? -1 : stand_in_start();
  pid_t trick = (pid_t)need(trick_start(ends[1]), "fork");
  close(ends[1]);
  int status = watch(trick, stand_in);
  listen_to_trick();
  const char *told = agent_told(), *seen = witness_of(&run) ? "yes" : "no";
  if (status == -1) printf("hung\t%s\t%s\t%s\n", seen, told, said);
  else if (WIFSIGNALED(status)) printf("signal %d\t%s\t%s\t%s\n", WTERMSIG(status), seen, told, said);
  else printf("%d\t%s\t%s\t%s\n", WEXITSTATUS(status), seen, told, said);
  fflush(stdout);
  _exit(0);
}

static void put_number(const char *path, unsigned id) {
  char text[32];
  int length = snprintf(text, sizeof text, "0 %u 1", id);
  int fd = (int)need(open(path, O_WRONLY | O_CLOEXEC), path);
  need(write(fd, text, (size_t)length), path);
  close(fd);
}

/* Root over the namespaces, if need be in a user namespace. */
static void apart(void) {
  unsigned uid = geteuid(), gid = getegid();
  if (uid) need(unshare(CLONE_NEWUSER), "a user namespace");
  if (uid) {
    int fd = (int)need(open("/proc/self/setgroups", O_WRONLY | O_CLOEXEC), "setgroups");
    need(write(fd, "deny", 4), "setgroups");
    close(fd);
    put_number("/proc/self/uid_map", uid);
    put_number("/proc/self/gid_map", gid);
  }
  need(unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC), "namespaces");
}

int main(int argc, char **argv) {
  if (argc != 6) {
    fprintf(stderr, "usage: cell DIR NAME ACT NEEDS bare|supervised\n");
    return 2;
  }
  run = (struct run){argv[1], argv[2], argv[3], strstr(argv[4], "root") != NULL, strcmp(argv[5], "supervised") == 0};
  apart();
  pid_t first = (pid_t)need(fork(), "fork");
  if (first == 0) inner();
  int status;
  while (waitpid(first, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}
