/* race.h: a thread that turns something round and round between the allowed and the forbidden. */
#ifndef RACE_H
#define RACE_H
#include <pthread.h>

#include "bypass.h"

#define TRIES 500 /* at least. The longer races are in tests/native/test_races*.py */
#define MILLISECONDS 150
#define BARE_MILLISECONDS 3000 /* nobody refuses anything: sooner or later one wins, however busy the machine is */

static void (*turn)(void);
static volatile bool finished;
static volatile unsigned turns;

UNUSED static void *turning(void *unused) {
  for (; !finished; turns++) turn();
  return unused;
}

UNUSED static void race(void (*turned)(void)) {
  pthread_t thread;
  turn = turned;
  if (pthread_create(&thread, NULL, turning, NULL)) broken("thread");
  while (turns < 2) sched_yield();
}

/* For a loop of tries. */
UNUSED static bool once_more(void) {
  static struct timespec begin, now;
  static unsigned tries;
  static bool refuses;
  refuses |= tries && errno == EPERM;
  errno = 0;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (!tries++) begin = now;
  long passed = (now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1000000;
  return tries <= TRIES || passed < (refuses ? MILLISECONDS : BARE_MILLISECONDS);
}

/* Both states last equally long, and longer than the steps between them: on one processor, too, each is met. */
UNUSED static void stay(void) {
  for (volatile int i = 0; i < 200; i++) continue;
}

/* Nothing of it is left out by the compiler, which does not know that somebody looks on. */
UNUSED static void put_bytes(char *to, const char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) ((volatile char *)to)[i] = bytes[i];
  stay();
}

UNUSED static void append_to(int fd) {
  if (fd < 0) return;
  write(fd, "changed\n", 8);
  close(fd);
}

/* Somebody made the protected file longer than "as it was\n". */
UNUSED static bool won(const char *protected) {
  struct stat info;
  return stat(protected, &info) == 0 && info.st_size > 10;
}

UNUSED static _Noreturn void append_repeatedly(const char *path) {
  while (once_more()) {
    append_to(open(path, O_WRONLY | O_APPEND));
    if (won("protected/file")) succeeded();
  }
  refused(0);
}
#endif
