/* threads COUNT: as OSBench's create_threads: start 100 that do nothing, then join them all; the time of one. */
#include <pthread.h>

#include "measure.h"

#define AT_ONCE 100

static void *nothing(void *argument) { return argument; }

static uint64_t create(void) {
  pthread_t threads[AT_ONCE];
  uint64_t begin = now_ns();
  for (int i = 0; i < AT_ONCE; i++) {
    errno = pthread_create(&threads[i], NULL, nothing, NULL);
    must(-errno, "pthread_create");
  }
  for (int i = 0; i < AT_ONCE; i++) pthread_join(threads[i], NULL);
  return (now_ns() - begin) / AT_ONCE;
}

int main(int argc, char **argv) {
  measure("threads", argument(argc, argv, 1), create);
  return 0;
}
