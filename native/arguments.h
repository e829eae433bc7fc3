/* arguments.h: the command line of an exec, as the program will get it: for rules about arguments. */
#ifndef OUTRIDER_ARGUMENTS_H
#define OUTRIDER_ARGUMENTS_H
#include "caller.h"

#define ARGUMENTS_BEFORE (2 * PATH_BYTES) /* room for what scripts and their interpreters put in front: 5 deep, 256 bytes each and one path */

struct arguments {
  size_t start, end; /* of the words in `bytes`, each with its NUL; the first is the program's own name */
  bool read;         /* the policy asks for them */
  bool whole;        /* else there are more than could be read */
  bool judged;       /* a rule about them was asked: they are to be verified */
  char bytes[ARGUMENTS_BEFORE + OR_ARGUMENT_BYTES + 1];
};

/* Of a call of execve, whose `argv` this is; where the policy has no rules about arguments nothing is read. Good until this
 * worker asks for another. */
struct arguments *arguments_of(struct caller *caller, uint64_t argv);
/* Of a process that runs. */
struct arguments *arguments_of_process(int32_t process);

/* As the kernel has them for an interpreter: in place of the first word that of the script's first line, its argument (NULL:
 * none), and the script. */
void arguments_for_interpreter(struct arguments *arguments, const char *interpreter, const char *argument, const char *script);

/* What rules are asked about. */
void arguments_into(const struct arguments *arguments, struct act *act);

/* Whether a process that was just started has them: the kernel's copy, on a stack nobody has touched yet. Reads it in their
 * place. */
bool arguments_are_of(struct arguments *arguments, int32_t process);

#endif
