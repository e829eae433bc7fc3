/* trick: the words that are allowed begin with the program's own name
 * act: exec
 * attack: T1036
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  char *const arguments[] = {"entry", "-c", "code", NULL};
  execve("/mnt/w/interpreter", arguments, environ);
}

int main(void) {
  by_child(act);
}
