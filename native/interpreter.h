/* interpreter.h: who runs a script. */
#ifndef OUTRIDER_INTERPRETER_H
#define OUTRIDER_INTERPRETER_H
#include "resolve.h"
#include "script.h"

/* script_interpreter() of a file. */
long interpreter_of(const struct place *file, char head[SCRIPT_HEAD], const char **name, const char **argument);

#endif
