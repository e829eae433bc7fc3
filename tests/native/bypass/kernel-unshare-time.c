/* trick: unshare into a time namespace of one's own
 * act: kernel
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"

int main(void) {
  long result = unshare(0x80 /* CLONE_NEWTIME */);
  if (result < 0 && errno == EINVAL) cannot(errno); /* Linux 5.6, and not in every one */
  took_place(result);
}
