/* trick: execve in a child of clone3
 * act: exec
 * attack: T1106
 * expect: stopped
 * needs: clone3
 */
#include "bypass.h"

int main(void) {
  struct { uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls; } arguments = {.exit_signal = SIGCHLD};
  long child = has(syscall(SYS_clone3, &arguments, sizeof arguments));
  if (child == 0) {
    execve("/mnt/w/evil", no_arguments, environ);
    _exit(errno);
  }
  must(child, "clone3");
  ended_with((pid_t)child);
}
