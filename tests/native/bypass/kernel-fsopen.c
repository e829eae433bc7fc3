/* trick: fsopen: the first step of a mount without mount(2)
 * act: kernel
 * attack: T1611
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"

int main(void) { took_place(syscall(SYS_fsopen, "tmpfs", 0)); }
