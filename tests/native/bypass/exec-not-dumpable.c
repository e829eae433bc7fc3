/* trick: execve by a process that may not be looked into
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  execve("/mnt/w/evil", no_arguments, environ);
}

int main(void) {
  must(prctl(PR_SET_DUMPABLE, 0), "prctl");
  by_child(act);
}
