/* trick: a copy of the program by the name of an allowed one
 * act: exec
 * attack: T1036.005
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  execve("allowed/good", no_arguments, environ);
}

int main(void) {
  copy("evil", "allowed/good");
  by_child(act);
}
