/* trick: bind mount of the directory on an allowed one, then a write
 * act: write
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "file.h"
#include <sys/mount.h>

int main(void) {
  must(mkdir("allowed/m", 0755), "mkdir");
  if (mount("protected", "allowed/m", NULL, MS_BIND, NULL)) refused(errno);
  scribble(open("allowed/m/file", O_WRONLY));
}
