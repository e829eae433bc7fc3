/* trick: change into the directory, then a name without a slash
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  int directory = open("protected", O_PATH);
  if (directory < 0 || fchdir(directory)) broken("fchdir");
  scribble(open("file", O_WRONLY));
}
