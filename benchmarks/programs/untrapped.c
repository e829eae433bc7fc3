/* untrapped COUNT FILE: calls that the filter lets pass: what is left is the price of the filter itself. */
#include "measure.h"

static const char *path;

/* Hundred at a time: one is hardly longer than reading the clock. */
static uint64_t parents(void) {
  uint64_t begin = now_ns();
  for (int i = 0; i < 100; i++) syscall(SYS_getppid);
  return (now_ns() - begin) / 100;
}

static uint64_t read_only(void) {
  uint64_t begin = now_ns();
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  uint64_t taken = now_ns() - begin;
  must_open(fd, path);
  close(fd);
  return taken;
}

int main(int argc, char **argv) {
  long count = argument(argc, argv, 1);
  path = argv[2];
  measure("getppid", count, parents);
  measure("open", count, read_only);
  return 0;
}
