/* trick: path of exactly PATH_MAX bytes
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"
#include <limits.h>

int main(void) {
  static char path[PATH_MAX];
  size_t tail = strlen(PROTECTED), at = 0;
  while (at + 2 <= sizeof path - 1 - tail) path[at++] = '.', path[at++] = '/';
  while (at < sizeof path - 1 - tail) path[at++] = '/'; /* 4095 and its NUL: the longest that the kernel takes */
  strcpy(path + at, PROTECTED);
  scribble(open(path, O_WRONLY));
}
