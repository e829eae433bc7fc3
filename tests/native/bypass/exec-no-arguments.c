/* trick: without arguments and environment
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  syscall(SYS_execve, "/mnt/w/evil", NULL, NULL);
}

int main(void) {
  by_child(act);
}
