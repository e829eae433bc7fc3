/* trick: rename into the allowed directory, then a write
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  if (rename(PROTECTED, "allowed/mine")) refused(errno);
  scribble(open("allowed/mine", O_WRONLY));
}
