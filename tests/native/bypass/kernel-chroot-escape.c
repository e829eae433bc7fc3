/* trick: chroot, and out of it again by a descriptor
 * act: kernel
 * attack: T1611
 * expect: stopped
 */
#include "bypass.h"
#include "kernel.h"

int main(void) {
  int out = open("/", O_PATH);
  if (chroot("allowed")) refused(errno);
  must(fchdir(out), "fchdir");
  took_place(chroot("."));
}
