/* trick: connect to an allowed peer, disconnect, connect to the forbidden one
 * act: connect
 * attack: T1071
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in allowed = ipv4(ALLOWED), peer = ipv4(FORBIDDEN);
  struct sockaddr nobody = {.sa_family = AF_UNSPEC};
  int s = new_socket(AF_INET, SOCK_DGRAM, 0);
  must(connect(s, (void *)&allowed, sizeof allowed), "connect");
  must(connect(s, &nobody, sizeof nobody), "disconnect");
  if (connect(s, (void *)&peer, sizeof peer)) refused(errno);
  reached(send(s, "x", 1, 0));
}
