/* trick: execve in a child that shares memory and files
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

static char stack[65536] __attribute__((aligned(16)));

static int child_main(void *nothing) {
  (void)nothing;
  execve("/mnt/w/evil", no_arguments, environ);
  return errno;
}

int main(void) {
  pid_t child = clone(child_main, stack + sizeof stack, CLONE_VM | CLONE_FILES | CLONE_FS | SIGCHLD, NULL);
  must(child, "clone");
  ended_with(child);
}
