/* arguments.h: the command line of an exec, as the program will get it: for rules about arguments. */
#ifndef OUTRIDER_ARGUMENTS_H
#define OUTRIDER_ARGUMENTS_H
#include "caller.h"
#include "command_line.h"

struct arguments {
  struct command_line line;
  bool read;   /* the policy asks for them */
  bool judged; /* a rule about them was asked: they are to be verified */
};

/* Of a call of execve, whose `argv` this is; where the policy has no rules about arguments nothing is read. Good until this
 * worker asks for another. */
struct arguments *arguments_of(struct caller *caller, uint64_t argv);
/* Of a process that runs. */
struct arguments *arguments_of_process(int32_t process);

/* command_line_for_interpreter(), if they are read. */
void arguments_for_interpreter(struct arguments *arguments, const char *interpreter, const char *argument, const char *script);

/* Whether a process that was just started has them: the kernel's copy, on a stack nobody has touched yet. Reads it in their
 * place. */
bool arguments_are_of(struct arguments *arguments, int32_t process);

#endif
