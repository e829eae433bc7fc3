/* trick: a name with the kernel's word for what was removed
 * act: exec
 * attack: T1036
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  execve("allowed/good (deleted)", no_arguments, environ);
}

int main(void) {
  copy("evil", "allowed/good (deleted)");
  by_child(act);
}
