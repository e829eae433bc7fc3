/* trick: open for reading only, with O_TRUNC
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) { changed_if(open(PROTECTED, O_RDONLY | O_TRUNC)); }
