/* trick: symbolic link in the allowed directory
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  if (symlink("../protected/file", "allowed/link")) broken("symlink");
  scribble(open("allowed/link", O_WRONLY));
}
