/* ticking.c: the worker's loop, as far as the refresh of the policy sees it. A line on standard input is a tick (or
 * "stop"); what refresh_tick() had to tell is printed, with the generation. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "refresh.h"

int main(int argc, char **argv) {
  int fd = open(argc > 1 ? argv[1] : "", O_RDWR);
  struct or_state *state = mmap(NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  char line[64];
  if (state == MAP_FAILED) return 1;
  while (fgets(line, sizeof line, stdin)) {
    if (strncmp(line, "stop", 4) == 0) refresh_stop();
    const char *told = strncmp(line, "tick", 4) == 0 ? refresh_tick(state) : NULL;
    printf("%u %s\n", atomic_load(&state->policy_generation), told ? told : "");
    fflush(stdout);
  }
  return 0;
}
