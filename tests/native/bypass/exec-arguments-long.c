/* trick: the option that is forbidden comes behind a word of 100 KiB
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  static char large[100000];
  memset(large, 'x', sizeof large - 1);
  large[0] = '-';
  char *const arguments[] = {"shell", large, "-c", "code", NULL};
  execve("/mnt/w/shell", arguments, environ);
}

int main(void) {
  by_child(act);
}
