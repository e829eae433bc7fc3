/* trick: execveat upwards from a directory that is allowed
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  int fd = open("allowed", O_RDONLY | O_DIRECTORY);
  syscall(SYS_execveat, fd, "../evil", no_arguments, environ, 0);
}

int main(void) {
  by_child(act);
}
