/* trick: ioperm: one in- and output port
 * act: kernel
 * attack: T1068
 * expect: stopped
 * arch: x86_64
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"

int main(void) { took_place(syscall(SYS_ioperm, 0x80, 1, 1)); }
