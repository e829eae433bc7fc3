/* trick: a program whose name is gone
 * act: exec
 * attack: T1070.004
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  char path[64];
  int fd = (int)must(open("allowed/gone", O_RDONLY), "open");
  must(unlink("allowed/gone"), "unlink");
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  execve(path, no_arguments, environ);
}

int main(void) {
  copy("evil", "allowed/gone");
  by_child(act);
}
