/* trick: truncate(2) through a symbolic link and a magic link, making it longer
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  if (dup2(open(PROTECTED, O_PATH), 77) < 0) broken("O_PATH");
  if (symlink("/proc/self/fd/77", "allowed/link")) broken("symlink");
  changed_if(truncate("allowed/link", 1000));
}
