/* trick: execveat with AT_EMPTY_PATH on an O_PATH descriptor
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  int fd = open("evil", O_PATH);
  syscall(SYS_execveat, fd, "", no_arguments, environ, AT_EMPTY_PATH);
}

int main(void) {
  by_child(act);
}
