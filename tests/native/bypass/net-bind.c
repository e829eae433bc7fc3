/* trick: bind and listen
 * act: bind
 * attack: T1571
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in here = ipv4(TO_BIND);
  int s = new_socket(AF_INET, SOCK_STREAM, 0);
  if (bind(s, (void *)&here, sizeof here)) refused(errno);
  reached(listen(s, 1));
}
