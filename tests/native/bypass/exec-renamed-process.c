/* trick: execve by a process with the supervisor's name
 * act: exec
 * attack: T1036
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  execve("/mnt/w/evil", no_arguments, environ);
}

int main(void) {
  must(prctl(PR_SET_NAME, "outrider-run"), "prctl");
  by_child(act);
}
