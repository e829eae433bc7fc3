/* trick: the program is called by no name, so that the words seem to begin with the next
 * act: exec
 * attack: T1036
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  char *const arguments[] = {"", "-c", "code", NULL};
  execve("/mnt/w/interpreter", arguments, environ);
}

int main(void) {
  by_child(act);
}
