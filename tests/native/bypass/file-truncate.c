/* trick: truncate(2)
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) { changed_if(truncate(PROTECTED, 1)); }
