/* trick: a relative path
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  execve("evil", no_arguments, environ);
}

int main(void) {
  by_child(act);
}
