/* trick: packet socket: everything that passes by
 * act: kernel
 * attack: T1040
 * expect: stopped
 * needs: net_raw
 */
#include "bypass.h"
#include "kernel.h"

int main(void) {
  int s = socket(AF_PACKET, SOCK_RAW, 0);
  if (s < 0 && (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT || errno == ESOCKTNOSUPPORT)) cannot(errno);
  took_place(s);
}
