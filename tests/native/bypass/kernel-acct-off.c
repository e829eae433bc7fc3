/* trick: acct switched off
 * act: kernel
 * attack: T1562
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"

int main(void) { took_place(syscall(SYS_acct, NULL)); }
