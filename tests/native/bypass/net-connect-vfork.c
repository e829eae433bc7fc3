/* trick: connect by a child of vfork on its parent's socket
 * act: connect
 * attack: T1071
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_in peer = ipv4(FORBIDDEN);
  int s = new_socket(AF_INET, SOCK_STREAM, 0);
  volatile int result = -1, error = 0;
  if (!vfork()) {
    result = connect(s, (void *)&peer, sizeof peer);
    error = errno;
    _exit(0);
  }
  wait(NULL);
  errno = error;
  reached(result);
}
