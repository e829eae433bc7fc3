/* trick: execveat with AT_SYMLINK_NOFOLLOW
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  int fd = open("/mnt/w", O_PATH | O_DIRECTORY);
  syscall(SYS_execveat, fd, "evil", no_arguments, environ, AT_SYMLINK_NOFOLLOW);
}

int main(void) {
  by_child(act);
}
