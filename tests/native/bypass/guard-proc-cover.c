/* trick: another file system is mounted over /proc, where the guard looks
 * act: guard
 * attack: T1562.001
 * expect: stopped
 * needs: root
 */
#include "bypass.h"

#include <sys/mount.h>

int main(void) {
  if (mount("tmpfs", "/proc", "tmpfs", 0, NULL)) refused(errno);
  leave_mark();
  succeeded();
}
