/* trick: keyctl: a new session keyring
 * act: kernel
 * attack: T1068
 * expect: stopped
 * needs: keys
 */
#include "bypass.h"
#include "kernel.h"

int main(void) { took_place(syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, NULL)); }
