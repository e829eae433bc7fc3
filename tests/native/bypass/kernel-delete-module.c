/* trick: delete_module of one that is not there
 * act: kernel
 * attack: T1547.006
 * expect: stopped
 * needs: root modules
 */
#include "bypass.h"
#include "kernel.h"

int main(void) { answered_with(syscall(SYS_delete_module, "outrider_none", O_NONBLOCK), ENOENT); }
