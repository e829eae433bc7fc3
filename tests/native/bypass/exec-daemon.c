/* trick: execve in an orphan with a session of its own
 * act: exec
 * attack: T1543
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  if (fork() > 0) {
    for (int i = 0; i < 100 && !exists("/mnt/w/allowed/ran") && getpgid(0) > 0; i++) nap(i < 20 ? 10 : 0);
    _exit(EPERM);
  }
  setsid();
  execve("/mnt/w/evil", no_arguments, environ);
}

int main(void) {
  by_child(act);
}
