/* trick: open for reading only, with O_CREAT, of a name that is not there
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) { changed_if(open("protected/new", O_RDONLY | O_CREAT, 0644)); }
