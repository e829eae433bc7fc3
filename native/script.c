#include "script.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

long script_interpreter(char head[SCRIPT_HEAD], const char **name, const char **argument) {
  if (head[0] != '#' || head[1] != '!') return 0;
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
