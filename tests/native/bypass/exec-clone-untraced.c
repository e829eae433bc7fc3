/* trick: execve in a child of clone with CLONE_UNTRACED, which a tracer does not get
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  long child = syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0);
  if (child < 0) refused("clone");
  if (child == 0) {
    execve("/mnt/w/evil", no_arguments, environ);
    _exit(errno);
  }
  ended_with((pid_t)child);
}
