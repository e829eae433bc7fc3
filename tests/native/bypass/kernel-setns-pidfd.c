/* trick: setns by a pidfd
 * act: kernel
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"

int main(void) {
  long pidfd = has(syscall(SYS_pidfd_open, getpid(), 0));
  long result = setns((int)pidfd, CLONE_NEWUTS);
  if (result < 0 && errno == EINVAL) cannot(errno); /* Linux 5.8 */
  took_place(result);
}
