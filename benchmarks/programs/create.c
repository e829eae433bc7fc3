/* create COUNT DIRECTORY: as OSBench's create_files: make COUNT files of 32 bytes, then delete them all; the time of
 * one. Every name is new, so under a policy that reports, every one is an event. */
#include "measure.h"

static char name[4096];

static const char *file(const char *directory, long number) {
  snprintf(name, sizeof name, "%s/%ld", directory, number);
  return name;
}

static void make_all(const char *directory, long count) {
  static const char content[32] = "thirty-two bytes, OSBench's own";
  for (long i = 0; i < count; i++) {
    int fd = must_open(open(file(directory, i), O_WRONLY | O_CREAT | O_TRUNC, 0666), "open");
    must(write(fd, content, sizeof content), "write");
    close(fd);
  }
}

static void delete_all(const char *directory, long count) {
  for (long i = 0; i < count; i++) must(unlink(file(directory, i)), "unlink");
}

int main(int argc, char **argv) {
  long count = argument(argc, argv, 1);
  make_all(argv[2], count / 10 + 1);
  delete_all(argv[2], count / 10 + 1);
  uint64_t begin = now_ns();
  make_all(argv[2], count);
  delete_all(argv[2], count);
  say("create", now_ns() - begin, count);
  return 0;
}
