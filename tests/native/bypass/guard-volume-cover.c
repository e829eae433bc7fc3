/* trick: another file system is mounted over the volume
 * act: guard
 * attack: T1562.001
 * expect: stopped
 * needs: root
 */
#include "bypass.h"

#include <sys/mount.h>

int main(void) {
  if (mount("tmpfs", "/mnt/outrider/policy", "tmpfs", 0, NULL)) refused(errno);
  leave_mark();
  succeeded();
}
