/* trick: finit_module of a file that is no module
 * act: kernel
 * attack: T1547.006
 * expect: stopped
 * needs: root modules
 */
#include "bypass.h"
#include "kernel.h"

int main(void) { answered_with(syscall(SYS_finit_module, open("/proc/self/exe", O_RDONLY), "", 0), ENOEXEC); }
