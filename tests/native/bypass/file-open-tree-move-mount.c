/* trick: open_tree, move_mount on an allowed directory, then a write
 * act: write
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "file.h"
#include <linux/mount.h>

int main(void) {
  must(mkdir("allowed/m", 0755), "mkdir");
  long tree = has(syscall(SYS_open_tree, AT_FDCWD, "protected", OPEN_TREE_CLONE));
  if (tree < 0 || syscall(SYS_move_mount, tree, "", AT_FDCWD, "allowed/m", MOVE_MOUNT_F_EMPTY_PATH)) refused(errno);
  scribble(open("allowed/m/file", O_WRONLY));
}
