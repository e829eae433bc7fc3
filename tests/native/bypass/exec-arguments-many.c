/* trick: the option that is forbidden is the last of 5,000
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  static char *arguments[5003] = {"shell"};
  for (int i = 1; i < 5000; i++) arguments[i] = "-e";
  arguments[5000] = "-c";
  arguments[5001] = "code";
  execve("/mnt/w/shell", arguments, environ);
}

int main(void) {
  by_child(act);
}
