/* trick: chroot into the directory, then its file by an absolute path
 * act: write
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  if (chroot("protected")) refused(errno);
  scribble(open("/file", O_WRONLY));
}
