/* trick: open for writing
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) { scribble(open(PROTECTED, O_WRONLY)); }
