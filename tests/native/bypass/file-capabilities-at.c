/* trick: setxattrat of security.capability
 * act: write
 * attack: T1548.001
 * expect: stopped
 * needs: setxattrat
 */
#include "bypass.h"
#include "file.h"
#include <linux/capability.h>

int main(void) {
  struct vfs_cap_data all = {VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE, {{~0u, 0}, {~0u, 0}}};
  struct {
    uint64_t value;
    uint32_t size, flags;
  } attribute = {(uintptr_t)&all, sizeof all, 0};
  changed_if(has(syscall(463 /* setxattrat, Linux 6.13 */, AT_FDCWD, PROTECTED, 0, "security.capability", &attribute, sizeof attribute)));
}
