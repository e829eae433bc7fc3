/* trick: /proc/sys/kernel/modprobe names a program that the kernel starts
 * act: kernel
 * attack: T1611
 * expect: stopped
 * needs: modules
 */
#include "bypass.h"

int main(void) {
  if (!exists("/proc/sys/kernel/modprobe")) cannot("no modules here");
  int fd = open("/proc/sys/kernel/modprobe", O_RDWR);
  if (fd < 0) refused(errno);
  leave_mark(); /* it is not written to: this is somebody's machine */
  succeeded();
}
