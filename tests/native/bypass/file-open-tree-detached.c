/* trick: open_tree alone: a detached mount, written to through its descriptor
 * act: write
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "file.h"
#include <linux/mount.h>

/* Its path in /proc says "/file": whoever judges by that text judges another file. */
int main(void) {
  long tree = has(syscall(SYS_open_tree, AT_FDCWD, "protected", OPEN_TREE_CLONE));
  if (tree < 0) refused(errno);
  scribble(openat((int)tree, "file", O_WRONLY));
}
