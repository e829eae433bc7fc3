/* trick: XDP socket: past the network stack
 * act: kernel
 * attack: T1095
 * expect: stopped
 * needs: xdp
 */
#include "bypass.h"
#include "kernel.h"

int main(void) {
  int s = socket(44 /* AF_XDP */, SOCK_RAW, 0);
  if (s < 0 && (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT || errno == ESOCKTNOSUPPORT)) cannot(errno);
  took_place(s);
}
