/* trick: forty symbolic links one after the other, the most that are followed
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  char name[32], before[32] = "../protected/file";
  for (int i = 0; i < 40; i++) {
    snprintf(name, sizeof name, "allowed/l%d", i);
    if (symlink(before, name)) broken("symlink");
    snprintf(before, sizeof before, "l%d", i);
  }
  scribble(open(name, O_WRONLY));
}
