/* trick: execve after a chroot
 * act: exec
 * attack: T1611
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  execve("/evil", no_arguments, environ);
}

int main(void) {
  if (chroot("/mnt/w")) refused(errno);
  must(chdir("/"), "chdir");
  by_child(act);
}
