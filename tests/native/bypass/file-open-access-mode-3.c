/* trick: the access mode 3, for ioctl only, with O_TRUNC
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

/* Linux takes 3 as "needs the right to read and to write, gives neither"; the truncation is done all the same. */
int main(void) { changed_if(open(PROTECTED, 3 | O_TRUNC)); }
