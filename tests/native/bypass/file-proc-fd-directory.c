/* trick: path through /proc/self/fd/N of the directory
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  if (dup2(open("protected", O_PATH), 77) < 0) broken("O_PATH");
  scribble(open("/proc/self/fd/77/file", O_WRONLY));
}
