/* trick: O_TMPFILE in the allowed directory, given a name in the protected one by AT_EMPTY_PATH
 * act: write
 * attack: T1565.001
 * expect: stopped
 * needs: O_TMPFILE
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  int fd = open("allowed", O_TMPFILE | O_WRONLY, 0644);
  if (fd < 0 && errno == EOPNOTSUPP) cannot(errno);
  if (fd < 0) refused(errno);
  changed_if(linkat(fd, "", AT_FDCWD, "protected/new", AT_EMPTY_PATH));
}
