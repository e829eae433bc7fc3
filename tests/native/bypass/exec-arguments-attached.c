/* trick: the code is in the word of the option that is forbidden
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  char *const arguments[] = {"shell", "-ccode", NULL};
  execve("/mnt/w/shell", arguments, environ);
}

int main(void) {
  by_child(act);
}
