/* trick: a new directory
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) { changed_if(mkdir("protected//new//", 0755)); }
