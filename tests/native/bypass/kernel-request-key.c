/* trick: request_key: the kernel would start a program
 * act: kernel
 * attack: T1068
 * expect: stopped
 * needs: keys
 */
#include "bypass.h"
#include "kernel.h"

int main(void) {
  long key = syscall(SYS_request_key, "keyring", "_outrider", NULL, 0);
  if (key < 0 && errno == ENOKEY) key = 0; /* it looked, and there is none */
  took_place(key);
}
