/* trick: symbolic link to /proc/self/fd/N of an O_PATH descriptor
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  if (dup2(open(PROTECTED, O_PATH), 77) < 0) broken("O_PATH");
  if (symlink("/proc/self/fd/77", "allowed/link")) broken("symlink");
  scribble(open("allowed/link", O_WRONLY));
}
