/* file.h: what the tricks on files share. */
#ifndef FILE_H
#define FILE_H
#include "bypass.h"

#define PROTECTED "protected/file"

/* The end of most of them, with the outcome of an open for writing. */
UNUSED static _Noreturn void scribble(int fd) {
  if (fd < 0) refused(errno);
  if (write(fd, "changed\n", 8) != 8) refused(errno);
  succeeded();
}

/* The same for calls that answer 0. */
UNUSED static _Noreturn void changed_if(long zero) {
  if (zero < 0) refused(errno);
  succeeded();
}

/* A path in the process file system that leads to what this descriptor is open on. */
UNUSED static const char *by_fd(int fd) {
  static char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  return path;
}
#endif
