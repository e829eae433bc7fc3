/* trick: clone into a user namespace
 * act: kernel
 * attack: T1611
 * expect: stopped
 * needs: userns
 */
#include "bypass.h"
#include "kernel.h"

int main(void) {
  long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
  if (!child) _exit(0);
  took_place(child);
}
