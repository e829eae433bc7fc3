/* trick: chmod u+s
 * act: write
 * attack: T1548.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) { changed_if(chmod(PROTECTED, 04755)); }
