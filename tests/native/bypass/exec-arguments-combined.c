/* trick: the option that is forbidden is one of several in a word
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  char *const arguments[] = {"shell", "-euc", "code", NULL};
  execve("/mnt/w/shell", arguments, environ);
}

int main(void) {
  by_child(act);
}
