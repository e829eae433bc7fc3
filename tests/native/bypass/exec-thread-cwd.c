/* trick: by the working directory of another process
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task/%d/cwd/evil", getppid(), getppid());
  execve(path, no_arguments, environ);
}

int main(void) {
  by_child(act);
}
