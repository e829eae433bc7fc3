/* trick: device node of one's own for the kernel's log in the allowed directory
 * act: kernel
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"

/* A container may mknod by default; what keeps it from the disk is the device cgroup alone. */
int main(void) {
  if (mknod("allowed/kmsg", S_IFCHR | 0600, 1 << 8 | 11)) refused(errno);
  int fd = open("allowed/kmsg", O_WRONLY);
  if (fd < 0) refused(errno);
  took_place(write(fd, "<7>outrider bypass suite\n", 25));
}
