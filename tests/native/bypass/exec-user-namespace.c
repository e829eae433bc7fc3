/* trick: execve in a user and mount namespace of its own
 * act: exec
 * attack: T1611
 * expect: stopped
 * needs: userns
 */
#include "bypass.h"

static void act(void) {
  execve("/mnt/w/evil", no_arguments, environ);
}

int main(void) {
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS)) {
    if (errno == EINVAL || errno == ENOSPC || errno == ENOSYS) cannot(errno);
    refused(errno);
  }
  by_child(act);
}
