/* interpreter.h: who runs a script. */
#ifndef OUTRIDER_INTERPRETER_H
#define OUTRIDER_INTERPRETER_H
#include "resolve.h"

#define SCRIPT_HEAD 256 /* bytes of a script that the kernel looks at */

/* The interpreter a script names, and its argument or NULL, both in `head`. 1; 0: it is no script; -ENOEXEC: none is named,
 * or not to its end. As load_script() of the kernel, byte for byte: a NUL ends either. */
long interpreter_of(const struct place *file, char head[SCRIPT_HEAD], const char **name, const char **argument);

#endif
