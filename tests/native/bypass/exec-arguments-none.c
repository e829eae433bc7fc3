/* trick: an interpreter without a command line reads its code at its input
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  int ends[2];
  must(pipe(ends), "pipe");
  must(write(ends[1], "code\n", 5), "code");
  dup2(ends[0], 0);
  syscall(SYS_execve, "/mnt/w/interpreter", NULL, environ);
}

int main(void) {
  by_child(act);
}
