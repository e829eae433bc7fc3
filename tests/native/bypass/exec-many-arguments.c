/* trick: arguments of 100 KiB
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  static char large[100000];
  memset(large, 'x', sizeof large - 1);
  char *const arguments[] = {large, large, large, NULL};
  execve("/mnt/w/evil", arguments, environ);
}

int main(void) {
  by_child(act);
}
