/* trick: a directory on the way changes between check and use, 300 times
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

static void swap(void) {
  for (;;) {
    syscall(SYS_renameat2, AT_FDCWD, "allowed/d", AT_FDCWD, "allowed/way", 2 /* RENAME_EXCHANGE */);
  }
}

int main(void) {
  must(mkdir("allowed/d", 0755), "mkdir");
  copy("evil", "allowed/d/good");
  must(symlink("/mnt/w", "allowed/way"), "symlink");
  pid_t swapper = fork();
  if (swapper == 0) swap();
  for (int i = 0; i < 300 && !exists("/mnt/w/allowed/ran"); i++) {
    pid_t child = fork();
    if (child == 0) {
      execve("allowed/way/good", no_arguments, environ);
      _exit(1);
    }
    status_of(child);
  }
  kill(swapper, SIGKILL);
  status_of(swapper);
  if (exists("/mnt/w/allowed/ran")) succeeded();
  refused(0);
}
