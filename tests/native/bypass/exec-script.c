/* trick: a script with a shell
 * act: exec
 * attack: T1059.004
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  execve("/mnt/w/evil.sh", no_arguments, environ);
}

int main(void) {
  by_child(act);
}
