/* trick: a directory is exchanged with a link to the protected one while the call is judged
 * act: write
 * attack: T1565.001
 * expect: stopped
 * needs: renameat2
 */
#include "bypass.h"
#include "file.h"
#include <linux/fs.h>

#include "race.h"

static void swap(void) { syscall(SYS_renameat2, AT_FDCWD, "allowed/d", AT_FDCWD, "allowed/link", RENAME_EXCHANGE); }

int main(void) {
  must(mkdir("allowed/d", 0755), "mkdir");
  put("allowed/d/file", "mine\n", 0644);
  must(symlink("../protected", "allowed/link"), "symlink");
  race(swap);
  append_repeatedly("allowed/d/file");
}
