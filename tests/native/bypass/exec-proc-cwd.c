/* trick: by /proc/self/cwd
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  execve("/proc/self/cwd/evil", no_arguments, environ);
}

int main(void) {
  by_child(act);
}
