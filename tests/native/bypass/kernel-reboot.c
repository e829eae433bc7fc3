/* trick: reboot with a number that is not the right one
 * act: kernel
 * attack: T1529
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"

int main(void) { answered_with(syscall(SYS_reboot, 0, 0, 0, NULL), EINVAL); }
