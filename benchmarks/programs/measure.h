/* measure.h: what the measuring programs share. Each does one thing COUNT times, after a tenth as many for warming up,
 * and prints "SERIES NANOSECONDS" a line, the mean of one. */
#ifndef MEASURE_H
#define MEASURE_H
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static inline uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The result of a call that must not fail; with it a measurement of failing calls cannot pass for one of working ones. */
static inline long must(long result, const char *what) {
  if (result >= 0) return result;
  perror(what);
  exit(1);
}

/* The same for a new descriptor: 0, 1 and 2 are taken, so who is answered one of them has not got what it opened. */
static inline int must_open(int fd, const char *what) {
  must(fd, what);
  if (fd > 2) return fd;
  fprintf(stderr, "%s: the descriptor answered is %d, which is somebody else's\n", what, fd);
  exit(1);
}

static inline long argument(int argc, char **argv, int place) {
  long number = place < argc ? atol(argv[place]) : 0;
  if (number > 0) return number;
  fprintf(stderr, "%s: argument %d must be a number above 0\n", argv[0], place);
  exit(2);
}

static inline void say(const char *series, uint64_t total_ns, long count) {
  printf("%s %.1f\n", series, (double)total_ns / (double)count);
}

/* Runs `once` count/10 + 1 times unseen, then `count` times; prints the mean of what it returns, in nanoseconds. */
static inline void measure(const char *series, long count, uint64_t (*once)(void)) {
  for (long i = 0; i <= count / 10; i++) once();
  uint64_t total = 0;
  for (long i = 0; i < count; i++) total += once();
  say(series, total, count);
}

static inline struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static inline int listening(int type, int port) {
  struct sockaddr_in address = loopback(port);
  int fd = (int)must(socket(AF_INET, type, 0), "socket"), yes = 1;
  must(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes), "setsockopt");
  must(bind(fd, (struct sockaddr *)&address, sizeof address), "bind");
  if (type == SOCK_STREAM) must(listen(fd, 128), "listen");
  return fd;
}
#endif
