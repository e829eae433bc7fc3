/* trick: a script that a rule names without its directory is looked for in one of the caller's own
 * act: exec
 * attack: T1574.007
 * expect: outside
 * why: words are compared as they are, and such a word is another file in each directory: `policy check` says so, and a rule with the whole path is not got by
 */
#include "bypass.h"

static void act(void) {
  char *const arguments[] = {"interpreter", "entry", NULL};
  put("/mnt/w/allowed/entry", "code\n", 0644);
  must(chdir("/mnt/w/allowed"), "chdir");
  execve("/mnt/w/interpreter", arguments, environ);
}

int main(void) {
  by_child(act);
}
