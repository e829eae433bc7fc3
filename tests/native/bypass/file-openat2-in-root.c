/* trick: openat2 with RESOLVE_IN_ROOT: the path names another file than it says
 * act: write
 * attack: T1565.001
 * expect: stopped
 * needs: openat2
 */
#include "bypass.h"
#include "file.h"
#include <linux/openat2.h>

int main(void) {
  struct open_how how = {.flags = O_WRONLY, .resolve = RESOLVE_IN_ROOT};
  int directory = open("protected", O_PATH), fd = (int)syscall(SYS_openat2, directory, "/../../file", &how, sizeof how);
  scribble((int)has(fd));
}
