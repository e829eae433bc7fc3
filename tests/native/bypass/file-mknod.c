/* trick: a regular file made by mknod
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) { changed_if(mknod("protected/new", S_IFREG | 0644, 0)); }
