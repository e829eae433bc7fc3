/* trick: a copy of the program, where writing is allowed
 * act: exec
 * attack: T1105
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  execve("allowed/copy", no_arguments, environ);
}

int main(void) {
  copy("evil", "allowed/copy");
  by_child(act);
}
