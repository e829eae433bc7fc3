/* trick: a name with a line feed and an escape
 * act: exec
 * attack: T1036
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  execve("allowed/x\n\033[2Kgood", no_arguments, environ);
}

int main(void) {
  copy("evil", "allowed/x\n\033[2Kgood");
  by_child(act);
}
