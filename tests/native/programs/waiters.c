/* waiters.c: crowds that wait.
 *   connect PORT COUNT   so many processes connect, blocking, to a listener whose backlog is full
 *   fifo PATH COUNT      so many open a FIFO that nobody reads
 *   slow PATH COUNT      so many open a file on which somebody holds a lease that he does not give up
 *   send COUNT           so many send to a socket that nobody reads
 *   work DIRECTORY TIMES opens, renames, unlinks, connects and starts programs; prints the longest in microseconds
 * The crowds print "ready" when all have begun, and wait until they are killed. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int reach(const char *port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port)), .sin_addr.s_addr = htonl(0x7f000001)};
  return connect(fd, (void *)&to, sizeof to);
}

static int wait_in_send(void) {
  int pair[2];
  static char block[1 << 16];
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  struct iovec v = {block, sizeof block};
  struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
  while (sendmsg(pair[0], &m, 0) > 0) continue;
  return -1;
}

static int wait_in(char **argv) {
  if (!strcmp(argv[1], "connect")) return reach(argv[2]);
  if (!strcmp(argv[1], "send")) return wait_in_send();
  return open(argv[2], O_WRONLY);
}

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000ll + t.tv_nsec / 1000;
}

static void one_round(void) {
  int status;
  close(open("new", O_CREAT | O_WRONLY, 0600));
  rename("new", "newer");
  unlink("newer");
  if (vfork() == 0) {
    execl("/bin/true", "true", (char *)NULL);
    _exit(1);
  }
  wait(&status);
  if (status) exit(4);
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int count = atoi(argv[3]);
  if (!strcmp(argv[1], "work")) {
    long long longest = 0;
    if (chdir(argv[2])) return 3;
    for (int i = 0; i < count; i++) {
      long long start = now();
      one_round();
      if (now() - start > longest) longest = now() - start;
    }
    printf("%lld\n", longest);
    return 0;
  }
  int begun[2];
  if (pipe(begun)) return 3;
  for (int i = 0; i < count; i++)
    if (fork() == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      write(begun[1], "x", 1);
      int result = wait_in(argv);
      printf("one came back: %d %s\n", result, strerror(errno));
      fflush(stdout);
      pause();
    }
  char byte;
  for (int i = 0; i < count; i++) read(begun[0], &byte, 1);
  usleep(300000);
  printf("ready\n");
  fflush(stdout);
  pause();
  return 0;
}
