/* trick: by /proc/self/fd of an open descriptor
 * act: exec
 * attack: T1620
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", open("evil", O_RDONLY));
  execve(path, no_arguments, environ);
}

int main(void) {
  by_child(act);
}
