/* trick: open_tree and move_mount put the program over an allowed one
 * act: exec
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"

static void act(void) {
  execve("/mnt/w/good", no_arguments, environ);
}

int main(void) {
  long tree = has(syscall(428 /* open_tree */, AT_FDCWD, "/mnt/w/evil", 1 /* OPEN_TREE_CLONE */));
  if (tree < 0) refused(errno);
  if (syscall(429 /* move_mount */, tree, "", AT_FDCWD, "/mnt/w/good", 4 /* MOVE_MOUNT_F_EMPTY_PATH */)) refused(errno);
  by_child(act);
}
