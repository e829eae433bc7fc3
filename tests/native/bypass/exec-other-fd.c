/* trick: by the descriptor of another process
 * act: exec
 * attack: T1620
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd/9", getppid());
  execve(path, no_arguments, environ);
}

int main(void) {
  must(dup2((int)must(open("evil", O_RDONLY), "open"), 9), "dup2");
  by_child(act);
}
