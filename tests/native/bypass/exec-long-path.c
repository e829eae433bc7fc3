/* trick: a path of nearly 4096 bytes
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  char path[4096] = "";
  while (strlen(path) < 4096 - 20) strcat(path, "./");
  strcat(path, "evil");
  execve(path, no_arguments, environ);
}

int main(void) {
  by_child(act);
}
