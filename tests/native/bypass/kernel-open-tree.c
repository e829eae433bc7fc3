/* trick: open_tree with OPEN_TREE_CLONE
 * act: kernel
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"

int main(void) { took_place(syscall(SYS_open_tree, AT_FDCWD, "/mnt", 1 /* OPEN_TREE_CLONE */)); }
