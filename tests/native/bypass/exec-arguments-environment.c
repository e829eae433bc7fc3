/* trick: a variable names a file of code to an interpreter whose arguments are allowed (BASH_ENV, PYTHONSTARTUP, PERL5OPT)
 * act: exec
 * attack: T1574.007
 * expect: outside
 * why: rules are about the words of a command line; variables are the interpreter's own affair, as what its script reads is: what it does then is decided as ever
 */
#include "bypass.h"

static void act(void) {
  char *const arguments[] = {"interpreter", "entry", NULL};
  char *const variables[] = {"STARTUP=/mnt/w/allowed/code", NULL};
  put("/mnt/w/allowed/code", "code\n", 0644);
  execve("/mnt/w/interpreter", arguments, variables);
}

int main(void) {
  by_child(act);
}
