/* trick: clone3 into a user namespace, its flags in memory; clone where there is no clone3
 * act: kernel
 * attack: T1611
 * expect: stopped
 * needs: userns
 */
#include "bypass.h"
#include "kernel.h"

int main(void) {
  uint64_t arguments[8] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD};
  long child = syscall(SYS_clone3, arguments, sizeof arguments);
  if (child < 0 && errno == ENOSYS) child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
  if (!child) _exit(0);
  took_place(child);
}
