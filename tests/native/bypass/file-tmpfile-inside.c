/* trick: O_TMPFILE in the protected directory itself, then a name
 * act: write
 * attack: T1565.001
 * expect: stopped
 * needs: O_TMPFILE
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  int fd = open("protected", O_TMPFILE | O_RDWR, 0644);
  if (fd < 0 && errno == EOPNOTSUPP) cannot(errno);
  if (fd < 0) refused(errno);
  changed_if(linkat(AT_FDCWD, by_fd(fd), AT_FDCWD, "protected/new", AT_SYMLINK_FOLLOW));
}
