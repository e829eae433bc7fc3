/* trick: execveat with AT_EMPTY_PATH on a descriptor for reading
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  int fd = open("evil", O_RDONLY | O_CLOEXEC);
  syscall(SYS_execveat, fd, "", no_arguments, environ, AT_EMPTY_PATH);
}

int main(void) {
  by_child(act);
}
