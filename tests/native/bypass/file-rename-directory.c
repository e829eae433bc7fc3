/* trick: rename of the whole directory into the allowed one, then a write in it
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  if (rename("protected", "allowed/p")) refused(errno);
  scribble(open("allowed/p/file", O_WRONLY));
}
