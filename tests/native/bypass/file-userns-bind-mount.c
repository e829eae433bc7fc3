/* trick: user and mount namespace of one's own, in it a bind mount, then a write
 * act: write
 * attack: T1611
 * expect: stopped
 * needs: userns
 */
#include "bypass.h"
#include "file.h"
#include <sys/mount.h>

int main(void) {
  must(mkdir("allowed/m", 0755), "mkdir");
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS)) refused(errno);
  if (mount("protected", "allowed/m", NULL, MS_BIND, NULL)) refused(errno);
  scribble(open("allowed/m/file", O_WRONLY));
}
