/* processes COUNT: as OSBench's create_processes: fork 100 that end at once, then wait for all; the time of one. */
#include "measure.h"

#define AT_ONCE 100

static uint64_t create(void) {
  pid_t pids[AT_ONCE];
  uint64_t begin = now_ns();
  for (int i = 0; i < AT_ONCE; i++)
    if ((pids[i] = (pid_t)must(fork(), "fork")) == 0) _exit(0);
  for (int i = 0, status; i < AT_ONCE; i++) must(waitpid(pids[i], &status, 0), "waitpid");
  return (now_ns() - begin) / AT_ONCE;
}

int main(int argc, char **argv) {
  measure("processes", argument(argc, argv, 1), create);
  return 0;
}
