/* trick: fsetxattr of security.capability on a read-only descriptor
 * act: write
 * attack: T1548.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"
#include <linux/capability.h>
#include <sys/xattr.h>

int main(void) {
  struct vfs_cap_data all = {VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE, {{~0u, 0}, {~0u, 0}}};
  int fd = open(PROTECTED, O_RDONLY);
  changed_if(fsetxattr(fd, "security.capability", &all, sizeof all, 0));
}
