/* trick: a path that goes down and up again
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  execve("allowed/../protected/.././evil", no_arguments, environ);
}

int main(void) {
  by_child(act);
}
