/* trick: renameat2 with RENAME_EXCHANGE of an allowed file
 * act: write
 * attack: T1565.001
 * expect: stopped
 * needs: renameat2
 */
#include "bypass.h"
#include "file.h"
#include <linux/fs.h>

int main(void) {
  put("allowed/mine", "mine\n", 0644);
  long done = syscall(SYS_renameat2, AT_FDCWD, "allowed/mine", AT_FDCWD, PROTECTED, RENAME_EXCHANGE);
  changed_if(done);
}
