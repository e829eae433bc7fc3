/* launch COUNT PROGRAM: as OSBench's launch_programs: start 100, then wait for all; the time of one. */
#include "measure.h"

#define AT_ONCE 100
static char **command;

static uint64_t launch(void) {
  pid_t pids[AT_ONCE];
  uint64_t begin = now_ns();
  for (int i = 0; i < AT_ONCE; i++) {
    pids[i] = (pid_t)must(fork(), "fork");
    if (pids[i] == 0) {
      execv(command[0], command);
      _exit(127);
    }
  }
  for (int i = 0, status; i < AT_ONCE; i++) {
    must(waitpid(pids[i], &status, 0), "waitpid");
    if (status) exit(1);
  }
  return (now_ns() - begin) / AT_ONCE;
}

int main(int argc, char **argv) {
  long count = argument(argc, argv, 1);
  command = argv + 2;
  measure("launch", count, launch);
  return 0;
}
