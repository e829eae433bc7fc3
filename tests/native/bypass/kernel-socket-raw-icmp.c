/* trick: raw socket for ICMP
 * act: kernel
 * attack: T1095
 * expect: stopped
 * needs: net_raw
 */
#include "bypass.h"
#include "kernel.h"

int main(void) {
  int s = socket(AF_INET, SOCK_RAW, 1 /* IPPROTO_ICMP */);
  if (s < 0 && (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT || errno == ESOCKTNOSUPPORT)) cannot(errno);
  took_place(s);
}
