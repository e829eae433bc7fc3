/* hammer SECONDS_TENTHS: threads, forks, vforks and a signal handler that all make decided calls at once, while the policy
 * may be swapped; counts answers that no policy gives. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static _Atomic long wrong, handled, done;
static _Atomic int stop;

static void expect(long result, const char *what) {
  done++;
  if (result >= 0 || errno == EACCES || errno == EAGAIN) return;
  wrong++;
  printf("%s: %s\n", what, strerror(errno));
}

static void try_open(const char *path) {
  int fd = open(path, O_WRONLY | O_CREAT, 0600);
  expect(fd, "open");
  if (fd >= 0) close(fd);
}

static void on_alarm(int signal) {
  int saved = errno;
  (void)signal;
  try_open("from-handler");
  handled++;
  errno = saved;
}

static void try_connect(void) {
  struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  expect(connect(fd, (struct sockaddr *)&peer, sizeof peer), "connect");
  close(fd);
}

static void try_lookup(void) {
  struct addrinfo *found = NULL, hints = {.ai_family = AF_INET};
  int result = getaddrinfo("localhost", "80", &hints, &found);
  if (result && result != EAI_FAIL) wrong++, printf("getaddrinfo: %s\n", gai_strerror(result));
  if (!result) freeaddrinfo(found);
}

static void try_child(int how) {
  pid_t pid = how ? vfork() : fork();
  if (pid == 0) {
    execle("/bin/true", "true", (char *)NULL, (char *[]){NULL});
    _exit(errno == EACCES || errno == EAGAIN ? 0 : 99);
  }
  int status = 0;
  if (pid > 0) waitpid(pid, &status, 0);
  else if (errno != EAGAIN) wrong++;
  bool refused = WIFEXITED(status) && WEXITSTATUS(status) == 126; /* its libraries may not be loaded */
  if (status && !refused) wrong++, printf("child %d: %x\n", how, status);
}

static void *work(void *argument) {
  long number = (long)argument;
  char name[32];
  snprintf(name, sizeof name, "file-%ld", number);
  for (int i = 0; !stop; i++) {
    try_open(name);
    try_connect();
    void *page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    expect((long)page, "mmap");
    if (page != MAP_FAILED) munmap(page, 4096);
    if (i % 8 == 0) try_lookup();
    if (i % 32 == 0) try_child((int)(number & 1));
  }
  return NULL;
}

int main(int argc, char **argv) {
  pthread_t threads[6];
  long tenths = argc > 1 ? atol(argv[1]) : 10;
  struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &action, NULL);
  struct itimerval often = {{0, 2000}, {0, 2000}};
  setitimer(ITIMER_REAL, &often, NULL);
  for (long i = 0; i < 6; i++) pthread_create(&threads[i], NULL, work, (void *)i);
  struct timespec left = {tenths / 10, tenths % 10 * 100000000};
  while (nanosleep(&left, &left) && errno == EINTR) continue;
  stop = 1;
  for (int i = 0; i < 6; i++) pthread_join(threads[i], NULL);
  printf("wrong %ld handled %d did %d\n", wrong, handled > 0, done > 100);
  return wrong != 0;
}
