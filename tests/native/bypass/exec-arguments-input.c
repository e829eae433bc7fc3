/* trick: an option is forbidden to a shell, and the code comes in at its input, by name
 * act: exec
 * attack: T1059.004
 * expect: outside
 * why: a rule that lists what may not be leaves the rest: `policy check` names what passes; a rule that lists what may be is not got by
 */
#include "bypass.h"

static void act(void) {
  char *const arguments[] = {"shell", "--", "/dev/stdin", NULL};
  int ends[2];
  must(pipe(ends), "pipe");
  must(write(ends[1], "code\n", 5), "code");
  dup2(ends[0], 0);
  execve("/mnt/w/shell", arguments, environ);
}

int main(void) {
  by_child(act);
}
