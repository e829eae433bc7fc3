/* trick: a script by its descriptor, which the interpreter opens again
 * act: exec
 * attack: T1059.004
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  int fd = open("evil.sh", O_RDONLY);
  syscall(SYS_execveat, fd, "", no_arguments, environ, AT_EMPTY_PATH);
}

int main(void) {
  by_child(act);
}
