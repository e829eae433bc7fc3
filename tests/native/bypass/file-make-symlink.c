/* trick: a new symbolic link in the directory
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) { changed_if(symlink("/tmp/of-the-attacker", "protected/new")); }
