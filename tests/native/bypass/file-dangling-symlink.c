/* trick: O_CREAT through a symbolic link that leads nowhere yet
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  if (symlink("../protected/new", "allowed/link")) broken("symlink");
  scribble(open("allowed/link", O_WRONLY | O_CREAT, 0644));
}
