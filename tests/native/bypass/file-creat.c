/* trick: creat(2), or what stands for it
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
#ifdef SYS_creat
  scribble((int)syscall(SYS_creat, PROTECTED, 0644));
#else
  scribble(open(PROTECTED, O_CREAT | O_WRONLY | O_TRUNC, 0644));
#endif
}
