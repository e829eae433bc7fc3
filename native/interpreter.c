/* interpreter.c: the first line of a script. */
#include "interpreter.h"

#include <sys/stat.h>

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

long interpreter_of(const struct place *file, char head[SCRIPT_HEAD], const char **name, const char **argument) {
  memset(head, 0, SCRIPT_HEAD);
  if (!S_ISREG(file->mode)) return 0;
  struct text_path link = descriptor_path(file->target);
  int fd = (int)sys(__NR_openat, AT_FDCWD, link.bytes, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  long length = fd < 0 ? fd : sys(__NR_pread64, fd, head, SCRIPT_HEAD, 0);
  close_fd(fd);
  if (length < 2 || head[0] != '#' || head[1] != '!') return 0;
  char *p = head + 2, *end = head + SCRIPT_HEAD, *line = memchr(head, '\n', SCRIPT_HEAD);
  while (p < end && is_blank(*p)) p++;
  char *after = p;
  while (after < end && *after && !is_blank(*after) && *after != '\n') after++;
  if (after == p || after == end) return -ENOEXEC;
  if (!line) line = end - 1;
  while (line > after && is_blank(line[-1])) line--;
  *line = 0;
  *name = p;
  *argument = NULL;
  if (after == line || !*after) return 1;
  *after++ = 0;
  while (after < line && is_blank(*after)) after++;
  if (after < line) *argument = after;
  return 1;
}
