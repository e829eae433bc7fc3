/* trick: a line's end in the option that is forbidden
 * act: exec
 * attack: T1027
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  char *const arguments[] = {"shell", "-\n\tc", "code\n", NULL};
  execve("/mnt/w/shell", arguments, environ);
}

int main(void) {
  by_child(act);
}
