/* trick: fsopen, fsmount, move_mount: an empty directory over the protected one
 * act: kernel
 * attack: T1564
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"

int main(void) {
  long fs = has(syscall(SYS_fsopen, "tmpfs", 0));
  if (fs < 0 || syscall(SYS_fsconfig, fs, 6 /* FSCONFIG_CMD_CREATE */, NULL, NULL, 0)) refused(errno);
  long mounted = syscall(SYS_fsmount, fs, 0, 0);
  if (mounted < 0) refused(errno);
  if (syscall(SYS_move_mount, mounted, "", AT_FDCWD, "protected", 4 /* MOVE_MOUNT_F_EMPTY_PATH */)) refused(errno);
  if (exists("protected/file")) refused(0);
  leave_mark();
  succeeded();
}
