/* trick: bind to an abstract name
 * act: bind
 * attack: T1559
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_un here = {AF_UNIX, "\0bind-me"};
  int s = new_socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(s, (void *)&here, sizeof(sa_family_t) + 8)) refused(errno);
  reached(listen(s, 1));
}
