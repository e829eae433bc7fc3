#include "command_line.h"

#include <string.h>

void command_line_begin(struct command_line *line) {
  line->start = line->end = WORDS_BEFORE;
  line->whole = false;
}

static size_t first_size(const struct command_line *line) {
  return line->start < line->end ? strlen(line->bytes + line->start) + 1 : 0;
}

static void put_before(struct command_line *line, const char *word) {
  size_t size = strlen(word) + 1;
  if (size > line->start) { /* cannot be: there is room for as many as the kernel follows */
    line->whole = false;
    return;
  }
  line->start -= size;
  memcpy(line->bytes + line->start, word, size);
}

void command_line_for_interpreter(struct command_line *line, const char *interpreter, const char *argument, const char *script) {
  line->start += first_size(line);
  put_before(line, script);
  if (argument) put_before(line, argument);
  put_before(line, interpreter);
}

void command_line_into(const struct command_line *line, struct act *act) {
  size_t first = first_size(line);
  act->arguments = line->bytes + line->start + first;
  act->arguments_size = (uint32_t)(line->end - line->start - first);
  act->arguments_whole = line->whole;
}
