/* trick: symbolic link to the directory, then a name through it
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  if (symlink("../protected", "allowed/d")) broken("symlink");
  changed_if(mkdir("allowed/d/new", 0755));
}
