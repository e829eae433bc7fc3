/* fairness.c THREADS CALLS DIRECTORY: one thread makes so many trapped calls, one every 10 ms, while THREADS others make them
 * without a pause. Prints "P50 P99 MEDIAN MOST": of its calls the latency in microseconds at the median and at the 99th
 * percentile, and how many calls of the others were answered during one of its own, at the median and at the most. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static atomic_long answered;

static void *flood(void *nothing) {
  for (;;) {
    rmdir("no such directory");
    atomic_fetch_add(&answered, 1);
  }
  return nothing;
}

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000ll + t.tv_nsec / 1000;
}

static int ascending(const void *a, const void *b) { return *(const long long *)a < *(const long long *)b ? -1 : *(const long long *)a > *(const long long *)b; }

int main(int argc, char **argv) {
  static long long took[100000], others[100000];
  if (argc != 4 || chdir(argv[3])) return 2;
  int calls = atoi(argv[2]);
  for (int i = 0; i < atoi(argv[1]); i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, flood, NULL)) return 3;
  }
  for (int i = 0; i < calls; i++) {
    usleep(10000);
    long before = answered;
    long long start = now();
    rmdir("no such directory");
    took[i] = now() - start;
    others[i] = answered - before;
  }
  qsort(took, (size_t)calls, sizeof *took, ascending);
  qsort(others, (size_t)calls, sizeof *others, ascending);
  printf("%lld %lld %lld %lld\n", took[calls / 2], took[calls * 99 / 100], others[calls / 2], others[calls - 1]);
  return 0;
}
