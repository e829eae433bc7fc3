/* trick: /proc/sys/kernel/core_pattern names a program that the kernel starts
 * act: kernel
 * attack: T1611
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  int fd = open("/proc/sys/kernel/core_pattern", O_RDWR);
  if (fd < 0) refused(errno);
  leave_mark(); /* it is not written to: this is somebody's machine */
  succeeded();
}
