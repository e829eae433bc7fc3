#include "interpreter.h"

#include <sys/stat.h>

long interpreter_of(const struct place *file, char head[SCRIPT_HEAD], const char **name, const char **argument) {
  memset(head, 0, SCRIPT_HEAD);
  if (!S_ISREG(file->mode)) return 0;
  struct text_path link = descriptor_path(file->target);
  int fd = (int)sys(__NR_openat, AT_FDCWD, link.bytes, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  long length = fd < 0 ? fd : sys(__NR_pread64, fd, head, SCRIPT_HEAD, 0);
  close_fd(fd);
  return length < 0 ? 0 : script_interpreter(head, name, argument);
}
