/* trick: execve as another user, without a capability
 * act: exec
 * attack: T1548
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  execve("/mnt/w/evil", no_arguments, environ);
}

int main(void) {
  must(chmod("allowed", 0777), "chmod");
  must(setresgid(1000, 1000, 1000), "setresgid");
  must(setresuid(1000, 1000, 1000), "setresuid");
  by_child(act);
}
