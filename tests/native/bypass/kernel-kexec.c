/* trick: kexec_load with a flag that does not exist
 * act: kernel
 * attack: T1542
 * expect: stopped
 * needs: root kexec
 */
#include "bypass.h"
#include "kernel.h"

int main(void) { answered_with(syscall(SYS_kexec_load, 0, 0, NULL, 0x8000), EINVAL); }
