/* trick: openat2 with RESOLVE_BENEATH and no magic links, flags in memory
 * act: write
 * attack: T1565.001
 * expect: stopped
 * needs: openat2
 */
#include "bypass.h"
#include "file.h"
#include <linux/openat2.h>

int main(void) {
  struct open_how how = {.flags = O_RDWR | O_CREAT, .mode = 0644, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
  int fd = (int)syscall(SYS_openat2, AT_FDCWD, "protected/new", &how, sizeof how);
  scribble((int)has(fd));
}
