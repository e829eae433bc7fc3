/* trick: mount of a tmpfs
 * act: kernel
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"
#include <sys/mount.h>

int main(void) {
  must(mkdir("allowed/m", 0755), "mkdir");
  long result = mount("none", "allowed/m", "tmpfs", 0, NULL);
  if (!result) umount2("allowed/m", MNT_DETACH);
  took_place(result);
}
