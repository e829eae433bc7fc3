/* trick: a script whose interpreter is a relative path
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  execve("allowed/script", no_arguments, environ);
}

int main(void) {
  put("allowed/script", "#! \t./evil -x\n", 0755);
  by_child(act);
}
