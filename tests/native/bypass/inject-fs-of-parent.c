/* trick: a child that shares the working directory moves its parent into another root
 * act: inject
 * attack: T1611
 * expect: stopped
 */
#include "bypass.h"

static char stack[65536] __attribute__((aligned(16)));

static int child_main(void *nothing) {
  (void)nothing;
  return chroot("/mnt/w/allowed") ? errno : 0;
}

int main(void) {
  must(mkdir("allowed/root", 0755), "mkdir");
  pid_t child = (pid_t)must(clone(child_main, stack + sizeof stack, CLONE_VM | CLONE_FS | SIGCHLD, NULL), "clone");
  int status = status_of(child), root = exists("/root");
  if (!root || exists("/mnt/w")) refused(WEXITSTATUS(status));
  int fd = open("/ran", O_CREAT | O_WRONLY, 0644); /* in the new root: that is W/allowed/ran */
  if (fd < 0 || write(fd, "ran\n", 4) != 4) broken("the mark");
  succeeded();
}
