/* trick: socket to the kernel's ciphers
 * act: kernel
 * attack: T1068
 * expect: stopped
 * needs: alg
 */
#include "bypass.h"
#include "kernel.h"

int main(void) {
  int s = socket(38 /* AF_ALG */, SOCK_SEQPACKET, 0);
  if (s < 0 && (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT || errno == ESOCKTNOSUPPORT)) cannot(errno);
  took_place(s);
}
