/* trick: mount the program over an allowed one
 * act: exec
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"

#include <sys/mount.h>

static void act(void) {
  execve("/mnt/w/good", no_arguments, environ);
}

int main(void) {
  if (mount("/mnt/w/evil", "/mnt/w/good", NULL, MS_BIND, NULL)) refused(errno);
  by_child(act);
}
