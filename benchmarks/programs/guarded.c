/* guarded COUNT FILE PORT: calls the guard of a function decides: the time of each alone, the median of all. */
#include <sys/mman.h>

#include "measure.h"

static const char *path;
static struct sockaddr_in server;
static int receiver, loose;
static void *room;
static char byte = 'o';

static uint64_t opened(int flags) {
  uint64_t begin = now_ns();
  int fd = open(path, flags | O_CLOEXEC);
  uint64_t taken = now_ns() - begin;
  must_open(fd, path);
  close(fd);
  return taken;
}

static uint64_t for_writing(void) { return opened(O_WRONLY); }
static uint64_t for_reading(void) { return opened(O_RDONLY); }

static uint64_t connected(void) {
  uint64_t begin = now_ns();
  long result = connect(loose, (struct sockaddr *)&server, sizeof server);
  uint64_t taken = now_ns() - begin;
  must(result, "connect");
  return taken;
}

static uint64_t sent(void) {
  uint64_t begin = now_ns();
  long result = sendto(loose, &byte, 1, 0, (struct sockaddr *)&server, sizeof server);
  uint64_t taken = now_ns() - begin;
  must(result, "sendto");
  must(recv(receiver, &byte, 1, 0), "recv");
  return taken;
}

static uint64_t protected(void) {
  uint64_t begin = now_ns();
  long result = mprotect(room, 4096, PROT_READ | PROT_WRITE);
  uint64_t taken = now_ns() - begin;
  must(result, "mprotect");
  return taken;
}

static int by_size(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return (left > right) - (left < right);
}

/* What is looked for is some ten nanoseconds: a mean would be about the interruptions. */
static void measure_median(const char *series, long count, uint64_t (*once)(void)) {
  uint64_t *times = calloc((size_t)count, sizeof *times);
  if (!times) exit(1);
  for (long i = 0; i <= count / 10; i++) once();
  for (long i = 0; i < count; i++) times[i] = once();
  qsort(times, (size_t)count, sizeof *times, by_size);
  say(series, times[count / 2], 1);
  free(times);
}

int main(int argc, char **argv) {
  long count = argument(argc, argv, 1);
  path = argv[2];
  server = loopback((int)argument(argc, argv, 3));
  receiver = listening(SOCK_DGRAM, ntohs(server.sin_port));
  loose = (int)must(socket(AF_INET, SOCK_DGRAM, 0), "socket");
  room = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  measure_median("write", count, for_writing);
  measure_median("read", count, for_reading);
  measure_median("connect", count, connected);
  measure_median("sendto", count, sent);
  measure_median("mprotect", count, protected);
  return 0;
}
