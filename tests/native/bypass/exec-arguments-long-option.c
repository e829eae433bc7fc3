/* trick: code in an option of two hyphens, with its value
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  char *const arguments[] = {"interpreter", "--eval=code", "entry", NULL};
  execve("/mnt/w/interpreter", arguments, environ);
}

int main(void) {
  by_child(act);
}
