/* gaps.c KIND THREADS DIRECTORY: calls without a pause, from so many threads. Each line on standard input is answered with
 * what there was since the last: "LONGEST CALLS FAILED", the longest call in microseconds. KIND:
 *   entries  mkdir and rmdir, which may answer EEXIST or ENOENT when they are carried out twice
 *   opens    open for writing, close; one that was answered 0 is counted as killed
 *   sends    sendmsg to oneself, received and compared: a byte twice or never is a failure
 *   execs    /bin/true, and its status: a program that was killed is counted too, after FAILED */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static atomic_llong longest, calls, failed, killed;
static const char *kind;

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000ll + t.tv_nsec / 1000;
}

static void count(long long start, int wrong) {
  long long took = now() - start, most = longest;
  while (took > most && !atomic_compare_exchange_weak(&longest, &most, took)) continue;
  atomic_fetch_add(&calls, 1);
  if (!wrong) return;
  fprintf(stderr, "%s\n", strerror(errno));
  atomic_fetch_add(&failed, 1);
}

static void entries(const char *name) {
  long long start = now();
  int result = mkdir(name, 0700);
  count(start, result && errno != EEXIST);
  start = now();
  result = rmdir(name);
  count(start, result && errno != ENOENT);
}

static void opens(const char *name) {
  long long start = now();
  int fd = open(name, O_CREAT | O_WRONLY, 0600);
  if (fd == 0) atomic_fetch_add(&killed, 1); /* that is standard input: an answer, and no descriptor */
  count(start, fd < 0);
  if (fd > 0) close(fd);
}

static void sends(int pair[2]) {
  static __thread unsigned next;
  unsigned sent = ++next, got = 0;
  struct iovec v = {&sent, sizeof sent};
  struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
  long long start = now();
  count(start, sendmsg(pair[0], &m, 0) != sizeof sent);
  long size = read(pair[1], &got, sizeof got);
  if (size == sizeof got && got == sent - 1) { /* once more: it was in the kernel when the supervisor died */
    atomic_fetch_add(&killed, 1);
    size = read(pair[1], &got, sizeof got);
  }
  if (size != sizeof got || got != sent) {
    fprintf(stderr, "sent %u, got %u\n", sent, got);
    atomic_fetch_add(&failed, 1);
    while (recv(pair[1], &got, sizeof got, MSG_DONTWAIT) > 0) continue;
  }
}

static void execs(void) {
  long long start = now();
  int status;
  pid_t child = fork();
  if (child == 0) {
    execl("/bin/true", "true", (char *)NULL);
    _exit(1);
  }
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
    atomic_fetch_add(&killed, 1);
    status = 0;
  }
  count(start, status);
}

static void *work(void *number) {
  char name[32];
  int pair[2];
  snprintf(name, sizeof name, "of-%ld", (long)number);
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) return NULL;
  for (;;) {
    if (!strcmp(kind, "entries")) entries(name);
    if (!strcmp(kind, "opens")) opens(name);
    if (!strcmp(kind, "sends")) sends(pair);
    if (!strcmp(kind, "execs")) execs();
  }
}

int main(int argc, char **argv) {
  char line[16];
  if (argc != 4 || chdir(argv[3])) return 2;
  kind = argv[1];
  for (long i = 0; i < atoi(argv[2]); i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, (void *)i)) return 3;
  }
  while (fgets(line, sizeof line, stdin)) {
    printf("%lld %lld %lld %lld\n", atomic_exchange(&longest, 0), atomic_exchange(&calls, 0), atomic_exchange(&failed, 0),
           atomic_exchange(&killed, 0));
    fflush(stdout);
  }
  return 0;
}
