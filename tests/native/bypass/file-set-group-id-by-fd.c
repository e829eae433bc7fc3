/* trick: fchmod g+s on a read-only descriptor
 * act: write
 * attack: T1548.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  int fd = open(PROTECTED, O_RDONLY);
  changed_if(fchmod(fd, 02755));
}
