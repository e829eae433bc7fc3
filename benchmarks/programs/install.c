/* install COUNT DIRECTORY: what a package manager does with COUNT small files: each made under another name in a directory
 * of its package (ten files each), renamed into place and read once; then all are deleted. The time of one file. */
#include <sys/stat.h>

#include "measure.h"

#define A_PACKAGE 10
static char directory[4096], made[4200], named[4200];

static void names(const char *parent, long number) {
  snprintf(directory, sizeof directory, "%s/package-%ld", parent, number / A_PACKAGE);
  snprintf(made, sizeof made, "%s/.%ld.new", directory, number);
  snprintf(named, sizeof named, "%s/%ld.js", directory, number);
}

static void install(const char *parent, long number) {
  static char content[1500], read_back[sizeof content];
  names(parent, number);
  if (number % A_PACKAGE == 0) must(mkdir(directory, 0777), "mkdir");
  int fd = must_open(open(made, O_WRONLY | O_CREAT | O_EXCL, 0666), "open to write");
  must(write(fd, content, sizeof content), "write");
  close(fd);
  must(rename(made, named), "rename");
  fd = must_open(open(named, O_RDONLY), "open to read");
  must(read(fd, read_back, sizeof read_back), "read");
  close(fd);
}

static void all(const char *parent, long count) {
  for (long i = 0; i < count; i++) install(parent, i);
  for (long i = 0; i < count; i++) {
    names(parent, i);
    must(unlink(named), "unlink");
    if (i % A_PACKAGE == A_PACKAGE - 1 || i == count - 1) must(rmdir(directory), "rmdir");
  }
}

int main(int argc, char **argv) {
  long count = argument(argc, argv, 1);
  all(argv[2], count / 10 + 1);
  uint64_t begin = now_ns();
  all(argv[2], count);
  say("install", now_ns() - begin, count);
  return 0;
}
