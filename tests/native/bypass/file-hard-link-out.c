/* trick: hard link in the allowed directory, then a write through it
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  if (link(PROTECTED, "allowed/same")) refused(errno);
  scribble(open("allowed/same", O_WRONLY));
}
