/* trick: a copy in a directory that is removed under the name of an allowed one
 * act: exec
 * attack: T1036.005
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  execve("./good", no_arguments, environ);
}

int main(void) {
  must(mkdir("allowed/w", 0755), "mkdir");
  copy("evil", "allowed/w/good");
  must(chdir("allowed/w"), "chdir");
  by_child(act);
}
