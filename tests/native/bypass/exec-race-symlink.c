/* trick: a symbolic link changes between check and use, 300 times
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

static void swap(void) {
  for (;;) {
    syscall(SYS_renameat2, AT_FDCWD, "allowed/link", AT_FDCWD, "allowed/other", 2 /* RENAME_EXCHANGE */);
  }
}

int main(void) {
  must(symlink("/mnt/w/good", "allowed/link"), "symlink");
  must(symlink("/mnt/w/evil", "allowed/other"), "symlink");
  pid_t swapper = fork();
  if (swapper == 0) swap();
  for (int i = 0; i < 300 && !exists("/mnt/w/allowed/ran"); i++) {
    pid_t child = fork();
    if (child == 0) {
      execve("allowed/link", no_arguments, environ);
      _exit(1);
    }
    status_of(child);
  }
  kill(swapper, SIGKILL);
  status_of(swapper);
  if (exists("/mnt/w/allowed/ran")) succeeded();
  refused(0);
}
