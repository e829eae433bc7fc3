/* trick: openat for reading and appending
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"

int main(void) { scribble((int)syscall(SYS_openat, AT_FDCWD, PROTECTED, O_RDWR | O_APPEND | O_CLOEXEC)); }
