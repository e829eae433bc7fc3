/* trick: the shell is given a command
 * act: exec
 * attack: T1059.004
 * expect: stopped
 * needs: sh
 */
#include "bypass.h"

static void act(void) {
  char *const arguments[] = {"sh", "-c", "echo ran > /mnt/w/allowed/ran", NULL};
  execve("/bin/sh", arguments, environ);
}

int main(void) {
  if (!exists("/bin/sh")) cannot("no shell");
  by_child(act);
}
