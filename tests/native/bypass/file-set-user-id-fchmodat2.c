/* trick: fchmodat2 u+s on an O_PATH descriptor
 * act: write
 * attack: T1548.001
 * expect: stopped
 * needs: fchmodat2
 */
#include "bypass.h"
#include "file.h"
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

int main(void) {
  int fd = open(PROTECTED, O_PATH);
  changed_if(has(syscall(SYS_fchmodat2, fd, "", 04755, AT_EMPTY_PATH)));
}
