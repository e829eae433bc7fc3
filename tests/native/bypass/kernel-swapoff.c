/* trick: swapoff of a file that is not there
 * act: kernel
 * attack: T1499
 * expect: stopped
 * needs: root swap
 */
#include "bypass.h"
#include "kernel.h"

int main(void) { answered_with(syscall(SYS_swapoff, "/mnt/none"), ENOENT); }
