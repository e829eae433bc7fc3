/* trick: /proc/sysrq-trigger: the kernel kills everybody
 * act: guard
 * attack: T1529
 * expect: stopped
 * needs: sysrq
 */
#include "bypass.h"

int main(void) {
  if (!exists("/proc/sysrq-trigger")) cannot("no such key here");
  int fd = open("/proc/sysrq-trigger", O_WRONLY);
  if (fd < 0) refused(errno);
  leave_mark(); /* it is not used: this is somebody's machine */
  succeeded();
}
