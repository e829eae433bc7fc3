/* trick: socket to the hypervisor
 * act: kernel
 * attack: T1611
 * expect: stopped
 * needs: vsock
 */
#include "bypass.h"
#include "kernel.h"

int main(void) {
  int s = socket(40 /* AF_VSOCK */, SOCK_STREAM, 0);
  if (s < 0 && (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT || errno == ESOCKTNOSUPPORT)) cannot(errno);
  took_place(s);
}
