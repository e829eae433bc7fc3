/* trick: renameat2 with RENAME_WHITEOUT: leaves a device where the file was
 * act: write
 * attack: T1070.004
 * expect: stopped
 * needs: renameat2
 */
#include "bypass.h"
#include "file.h"
#include <linux/fs.h>

int main(void) {
  long done = syscall(SYS_renameat2, AT_FDCWD, PROTECTED, AT_FDCWD, "allowed/mine", RENAME_WHITEOUT);
  if (done && errno == EINVAL) cannot(errno); /* not every file system knows it */
  changed_if(done);
}
