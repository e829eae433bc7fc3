/* script.h: the first line of a script. */
#ifndef OUTRIDER_SCRIPT_H
#define OUTRIDER_SCRIPT_H

#define SCRIPT_HEAD 256 /* bytes of a script that the kernel looks at */

/* Of a file's first bytes, with zeros where there are fewer: the interpreter it names, and its argument or NULL, both in
 * `head`, which is written to. 1; 0: it is no script; -ENOEXEC: none is named, or not to its end. As load_script() of the
 * kernel, byte for byte: a NUL ends either. */
long script_interpreter(char head[SCRIPT_HEAD], const char **name, const char **argument);

#endif
