/* trick: renameat2 with RENAME_EXCHANGE of the two directories, then a write in the allowed one
 * act: write
 * attack: T1565.001
 * expect: stopped
 * needs: renameat2
 */
#include "bypass.h"
#include "file.h"
#include <linux/fs.h>

int main(void) {
  if (syscall(SYS_renameat2, AT_FDCWD, "allowed", AT_FDCWD, "protected", RENAME_EXCHANGE)) refused(errno);
  scribble(open("allowed/file", O_WRONLY));
}
