/* open COUNT FILE: the time of openat(2) alone, for writing, of a file that exists. */
#include "measure.h"

static const char *path;

static uint64_t once(void) {
  uint64_t begin = now_ns();
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  uint64_t taken = now_ns() - begin;
  must_open(fd, path);
  close(fd);
  return taken;
}

int main(int argc, char **argv) {
  long count = argument(argc, argv, 1);
  path = argv[2];
  measure("open", count, once);
  return 0;
}
