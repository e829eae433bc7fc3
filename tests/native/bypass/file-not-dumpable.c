/* trick: write by a process that is not dumpable
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"
#include <sys/prctl.h>

int main(void) {
  if (prctl(PR_SET_DUMPABLE, 0)) broken("prctl");
  scribble(open(PROTECTED, O_WRONLY));
}
