/* trick: chroot to where the program has the path of an allowed one
 * act: exec
 * attack: T1611
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  execve("/mnt/w/good", no_arguments, environ);
}

int main(void) {
  must(mkdir("allowed/mnt", 0755), "mkdir");
  must(mkdir("allowed/mnt/w", 0755), "mkdir");
  copy("evil", "allowed/mnt/w/good");
  if (chroot("/mnt/w/allowed")) refused(errno);
  by_child(act);
}
