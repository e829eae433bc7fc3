/* trick: add_key to the session's keyring
 * act: kernel
 * attack: T1068
 * expect: stopped
 * needs: keys
 */
#include "bypass.h"
#include "kernel.h"

int main(void) { took_place(syscall(SYS_add_key, "user", "outrider-test", "x", 1, -2 /* KEY_SPEC_PROCESS_KEYRING */)); }
