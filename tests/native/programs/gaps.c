/* gaps.c KIND THREADS DIRECTORY: calls without a pause, from so many threads. Each line on standard input is answered with
 * what there was since the last: "LONGEST CALLS FAILED TWICE", the longest call in microseconds. After each call it is
 * looked whether it is done. What was carried out twice when the supervisor died in it, and says so, is counted: KIND
 *   entries   mkdir and rmdir: EEXIST, ENOENT
 *   opens     open for writing, close: answered 0, which is no descriptor
 *   creates   open with O_EXCL, and unlink: EEXIST, ENOENT, and 0
 *   renames   to and fro: ENOENT
 *   links     hard and symbolic: EEXIST
 *   sends     sendmsg to oneself, received and compared: once more what came before; another byte or none is a failure
 *   datagrams sendto with an address, the same
 *   connects  to a listener of ours: EISCONN
 *   binds     to a port of the kernel's choice: EINVAL
 *   execs     /bin/true, and its status: killed */
#include <arpa/inet.h>
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

/* A call that was begun at `start`: it worked, or answers as one that is done already. */
static void count_twice(long long start, int result, int twice) {
  if (result < 0 && errno == twice) {
    atomic_fetch_add(&killed, 1);
    result = 0;
  }
  count(start, result < 0);
}

static void expect(int is_so, const char *what) {
  if (is_so) return;
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  atomic_fetch_add(&failed, 1);
}

static void removes(const char *name) {
  long long start = now();
  count_twice(start, unlink(name), ENOENT);
  expect(access(name, F_OK) && errno == ENOENT, "it is gone");
}

static void creates(const char *name) {
  long long start = now();
  int fd = open(name, O_CREAT | O_EXCL | O_WRONLY, 0600);
  if (fd == 0) atomic_fetch_add(&killed, 1);
  count_twice(start, fd, EEXIST);
  if (fd > 0) expect(write(fd, "x", 1) == 1, "it can be written to");
  if (fd > 0) close(fd);
  removes(name);
}

static void make(const char *name) {
  int fd = open(name, O_CREAT | O_WRONLY, 0600);
  if (fd == 0) atomic_fetch_add(&killed, 1);
  if (fd > 0) close(fd);
}

static void renames(const char *name) {
  char other[40];
  snprintf(other, sizeof other, "%s-other", name);
  make(name);
  for (int turn = 0; turn < 2; turn++) {
    const char *from = turn ? other : name, *to = turn ? name : other;
    long long start = now();
    count_twice(start, rename(from, to), ENOENT);
    expect(access(to, F_OK) == 0 && access(from, F_OK) && errno == ENOENT, "it is renamed");
  }
}

static void links(const char *name) {
  char other[40];
  struct stat info;
  snprintf(other, sizeof other, "%s-other", name);
  make(name);
  long long start = now();
  count_twice(start, link(name, other), EEXIST);
  expect(stat(name, &info) == 0 && info.st_nlink == 2, "it has two names");
  removes(other);
  start = now();
  count_twice(start, symlink(name, other), EEXIST);
  expect(lstat(other, &info) == 0 && S_ISLNK(info.st_mode), "it is a link");
  removes(other);
}

static struct sockaddr_in loopback(void) { return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}; }

static void *accepts(void *listener) {
  for (;;) close(accept((int)(long)listener, NULL, NULL));
}

static void connects(void) {
  static struct sockaddr_in to;
  static pthread_mutex_t once = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&once);
  if (!to.sin_port) {
    pthread_t thread;
    socklen_t size = sizeof to;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    to = loopback();
    expect(bind(listener, (void *)&to, size) == 0 && listen(listener, 1024) == 0, "it listens");
    getsockname(listener, (void *)&to, &size);
    pthread_create(&thread, NULL, accepts, (void *)(long)listener);
  }
  pthread_mutex_unlock(&once);
  struct linger reset = {1, 0}; /* or there would be no port free after a minute */
  int s = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(s, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  long long start = now();
  count_twice(start, connect(s, (void *)&to, sizeof to), EISCONN);
  close(s);
}

static void binds(void) {
  struct sockaddr_in at = loopback();
  socklen_t size = sizeof at;
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  long long start = now();
  count_twice(start, bind(s, (void *)&at, size), EINVAL);
  expect(getsockname(s, (void *)&at, &size) == 0 && at.sin_port, "it has a port");
  close(s);
}

static void opens(const char *name) {
  long long start = now();
  int fd = open(name, O_CREAT | O_WRONLY, 0600);
  if (fd == 0) atomic_fetch_add(&killed, 1); /* that is standard input: an answer, and no descriptor */
  count(start, fd < 0);
  if (fd > 0) close(fd);
}

/* To an address, or as a stream has it. */
static void sends(const int pair[2], const struct sockaddr_in *to) {
  static __thread unsigned next;
  unsigned sent = ++next, got = 0;
  struct iovec v = {&sent, sizeof sent};
  struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
  long long start = now();
  count(start, (to ? sendto(pair[0], &sent, sizeof sent, 0, (const void *)to, sizeof *to) : sendmsg(pair[0], &m, 0)) != sizeof sent);
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

static void datagrams(void) {
  static __thread int pair[2];
  static __thread struct sockaddr_in to;
  if (!to.sin_port) {
    struct timeval patience = {5, 0};
    socklen_t size = sizeof to;
    to = loopback();
    for (int i = 0; i < 2; i++) pair[i] = socket(AF_INET, SOCK_DGRAM, 0);
    setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    expect(bind(pair[1], (void *)&to, size) == 0, "it has an address");
    getsockname(pair[1], (void *)&to, &size);
  }
  sends(pair, &to);
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
    if (!strcmp(kind, "creates")) creates(name);
    if (!strcmp(kind, "renames")) renames(name);
    if (!strcmp(kind, "links")) links(name);
    if (!strcmp(kind, "connects")) connects();
    if (!strcmp(kind, "binds")) binds();
    if (!strcmp(kind, "datagrams")) datagrams();
    if (!strcmp(kind, "sends")) sends(pair, NULL);
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
