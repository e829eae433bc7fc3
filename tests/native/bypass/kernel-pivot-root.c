/* trick: pivot_root to the directory that is the root already
 * act: kernel
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"

/* Bare the kernel answers EBUSY, after it has asked for the right to do it. */
int main(void) { answered_with(syscall(SYS_pivot_root, "/", "/"), EBUSY); }
