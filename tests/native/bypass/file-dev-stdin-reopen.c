/* trick: protected file as standard input, opened for writing as /dev/stdin
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  int fd = open(PROTECTED, O_RDONLY);
  if (fd < 0 || dup2(fd, 0) < 0) broken("open for reading");
  fd = open("/dev/stdin", O_WRONLY);
  if (fd < 0 && errno == ENOENT) cannot(errno);
  scribble(fd);
}
