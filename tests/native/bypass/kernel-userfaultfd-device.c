/* trick: userfaultfd by its device
 * act: kernel
 * attack: T1068
 * expect: stopped
 * needs: root userfaultfd
 */
#include "bypass.h"
#include "kernel.h"
#include <sys/ioctl.h>

int main(void) {
  int device = open("/dev/userfaultfd", O_RDWR);
  if (device < 0 && errno == ENOENT) cannot(errno);
  if (device < 0) refused(errno);
  took_place(ioctl(device, 0xaa00 /* USERFAULTFD_IOC_NEW */, 0));
}
