/* trick: openat by its x32 number
 * act: write
 * attack: T1565.001
 * expect: stopped
 * arch: x86_64
 * needs: x32
 */
#include "bypass.h"
#include "file.h"

int main(void) { scribble((int)has(syscall(0x40000000 | SYS_openat, AT_FDCWD, PROTECTED, O_WRONLY))); }
