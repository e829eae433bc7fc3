/* command_line.h: the command line that a program will get: for rules about arguments. */
#ifndef OUTRIDER_COMMAND_LINE_H
#define OUTRIDER_COMMAND_LINE_H
#include <stdbool.h>
#include <stddef.h>

#include "policy.h"
#include "verdict.h"

#define WORDS_BEFORE (2 * 4096) /* room for what scripts and their interpreters put in front: 5 deep, 256 bytes each and one path */

struct command_line {
  size_t start, end; /* of the words in `bytes`, each with its NUL; the first is the program's own name */
  bool whole;        /* else there are more than could be read */
  char bytes[WORDS_BEFORE + OR_ARGUMENT_BYTES + 1];
};

void command_line_begin(struct command_line *line); /* none, and not whole */

/* As the kernel has them for an interpreter: in place of the first word that of the script's first line, its argument (NULL:
 * none), and the script. */
void command_line_for_interpreter(struct command_line *line, const char *interpreter, const char *argument, const char *script);

/* What rules are asked about. */
void command_line_into(const struct command_line *line, struct act *act);

#endif
