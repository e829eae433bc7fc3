/* trick: a format of programs is registered, whose interpreter the kernel starts
 * act: kernel
 * attack: T1546
 * expect: stopped
 * needs: root
 */
#include "bypass.h"

#include <sys/mount.h>

int main(void) {
  if (!exists("/proc/sys/fs/binfmt_misc")) cannot("no binfmt_misc");
  if (mount("binfmt_misc", "/proc/sys/fs/binfmt_misc", "binfmt_misc", 0, NULL)) {
    if (errno == ENODEV) cannot(ENODEV);
    refused(errno);
  }
  leave_mark();
  succeeded();
}
