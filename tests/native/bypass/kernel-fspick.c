/* trick: fspick: a mounted file system's settings
 * act: kernel
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"

int main(void) { took_place(syscall(SYS_fspick, AT_FDCWD, "/mnt", 0)); }
