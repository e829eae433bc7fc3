/* trick: mount_setattr: other flags for a mount
 * act: kernel
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

int main(void) {
  uint64_t attributes[4] = {0x10 /* MOUNT_ATTR_NOATIME */, 0x70 /* MOUNT_ATTR__ATIME */, 0, 0};
  took_place(syscall(SYS_mount_setattr, AT_FDCWD, "/mnt", 0, attributes, sizeof attributes));
}
