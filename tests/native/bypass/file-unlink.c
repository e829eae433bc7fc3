/* trick: unlink
 * act: write
 * attack: T1070.004
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) { changed_if(unlink(PROTECTED)); }
