/* trick: by /dev/fd of an O_PATH descriptor
 * act: exec
 * attack: T1620
 * expect: stopped
 * needs: devfd
 */
#include "bypass.h"

static void act(void) {
  char path[64];
  snprintf(path, sizeof path, "/dev/fd/%d", open("evil", O_PATH));
  execve(path, no_arguments, environ);
}

int main(void) {
  if (!exists("/dev/fd")) cannot("no /dev/fd");
  by_child(act);
}
