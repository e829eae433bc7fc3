/* trick: socket of a family the kernel would load a module for
 * act: kernel
 * attack: T1068
 * expect: stopped
 * needs: rds
 */
#include "bypass.h"
#include "kernel.h"

int main(void) {
  int s = socket(21 /* AF_RDS */, SOCK_SEQPACKET, 0);
  if (s < 0 && (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT || errno == ESOCKTNOSUPPORT)) cannot(errno);
  took_place(s);
}
