/* senders.c KIND COUNT: so many processes each send a MiB over a socket that somebody reads slowly, and the reader checks what
 * comes: every byte once, in order. KIND: message (sendmsg), many (sendmmsg, until all has gone), datagram (sendto a bound
 * Unix socket, pieces of 1 KiB), later (the reader begins after a second), rights (sendmsg, a descriptor with it), timeout (SO_SNDTIMEO, nobody reads: how long), signal
 * (nobody reads, a handler without SA_RESTART). Prints "wrong: what" for each that went wrong, then "done". */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TOTAL (1 << 20)
#define PIECE 1024
static unsigned char bytes[TOTAL];

static void wrong(const char *what) {
  printf("wrong: %s, %s\n", what, strerror(errno));
  fflush(stdout);
  _exit(1);
}

static void on_alarm(int number) { (void)number; }

static void send_stream(int to, int many, int right) {
  for (size_t sent = 0; sent < TOTAL;) {
    char control[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec v[3] = {{bytes + sent, (TOTAL - sent) / 3}, {bytes + sent + (TOTAL - sent) / 3, 0}, {bytes + sent + (TOTAL - sent) / 3, TOTAL - sent - (TOTAL - sent) / 3}};
    struct mmsghdr m = {.msg_hdr = {.msg_iov = v, .msg_iovlen = 3}};
    if (right) {
      m.msg_hdr.msg_control = control;
      m.msg_hdr.msg_controllen = sizeof control;
      struct cmsghdr *c = CMSG_FIRSTHDR(&m.msg_hdr);
      c->cmsg_level = SOL_SOCKET;
      c->cmsg_type = SCM_RIGHTS;
      c->cmsg_len = CMSG_LEN(sizeof(int));
      memcpy(CMSG_DATA(c), &to, sizeof to);
    }
    long got = many ? sendmmsg(to, &m, 1, 0) : sendmsg(to, &m.msg_hdr, 0);
    if (many && got != 1) wrong("sendmmsg");
    if (many) got = m.msg_len;
    if (got <= 0) wrong("sendmsg");
    if (got != (long)(TOTAL - sent)) wrong("a blocking send that did not send all");
    sent += (size_t)got;
  }
}

static void receive_stream(int from, int late) {
  static unsigned char got[TOTAL];
  size_t at = 0;
  if (late) sleep(1);
  while (at < TOTAL) {
    long more = recv(from, got + at, TOTAL - at < 30000 ? TOTAL - at : 30000, 0);
    if (more <= 0) wrong("recv");
    at += (size_t)more;
    usleep(2000);
  }
  if (memcmp(got, bytes, TOTAL)) wrong("not what was sent");
  if (recv(from, got, 1, MSG_DONTWAIT) > 0) wrong("more than was sent");
}

static void datagrams(int number) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  char piece[PIECE];
  snprintf(name.sun_path + 1, 64, "outrider-senders-%d-%d", getppid(), number);
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name.sun_path + 1));
  int from = socket(AF_UNIX, SOCK_DGRAM, 0), to = socket(AF_UNIX, SOCK_DGRAM, 0);
  if (bind(from, (void *)&name, size)) wrong("bind");
  if (fork() == 0) {
    for (int i = 0; i < 200; i++)
      if (sendto(to, bytes + i * PIECE, PIECE, 0, (void *)&name, size) != PIECE) wrong("sendto");
    _exit(0);
  }
  for (int i = 0; i < 200; i++) {
    usleep(500);
    if (recv(from, piece, PIECE, 0) != PIECE || memcmp(piece, bytes + i * PIECE, PIECE)) wrong("a datagram");
  }
}

static long long milliseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

static void nobody_reads(int to, int by_signal) {
  struct timeval patience = {0, 300000};
  struct itimerval alarm_soon = {{0, 50000}, {0, 300000}};
  struct sigaction handler = {.sa_handler = on_alarm};
  struct iovec v = {bytes, TOTAL};
  struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
  if (!by_signal) setsockopt(to, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sigaction(SIGALRM, &handler, NULL);
  if (by_signal) setitimer(ITIMER_REAL, &alarm_soon, NULL);
  long long start = milliseconds();
  long sent = sendmsg(to, &m, 0);
  if (sent <= 0 || sent >= TOTAL) wrong("should have sent a part");
  if (milliseconds() - start < 250) wrong("too early");
  long again = sendmsg(to, &m, 0);
  if (again != -1 || errno != (by_signal ? EINTR : EAGAIN)) wrong("should have sent nothing");
}

static void one(const char *kind, int number) {
  int pair[2], status;
  if (!strcmp(kind, "datagram")) {
    datagrams(number);
  } else {
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) wrong("socketpair");
    if (!strcmp(kind, "timeout") || !strcmp(kind, "signal")) nobody_reads(pair[0], !strcmp(kind, "signal"));
    else if (fork() == 0) {
      send_stream(pair[0], !strcmp(kind, "many"), !strcmp(kind, "rights"));
      _exit(0);
    } else {
      receive_stream(pair[1], !strcmp(kind, "later"));
    }
  }
  while (wait(&status) > 0)
    if (status) wrong("the sender's end");
}

int main(int argc, char **argv) {
  int status, bad = 0;
  if (argc != 3) return 2;
  for (unsigned i = 0; i < TOTAL; i++) bytes[i] = (unsigned char)(i * 2654435761u >> 13);
  for (int i = 0; i < atoi(argv[2]); i++)
    if (fork() == 0) {
      one(argv[1], i);
      _exit(0);
    }
  while (wait(&status) > 0) bad |= status;
  printf("done\n");
  return bad != 0;
}
