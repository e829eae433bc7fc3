/* trick: connect to a Unix socket through /proc/self/fd of its O_PATH descriptor
 * act: connect
 * attack: T1559
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_un peer = {AF_UNIX, "/proc/self/fd/77"};
  must(dup2(open(getenv("FORBIDDEN_SOCKET"), O_PATH), 77), "O_PATH");
  connects(new_socket(AF_UNIX, SOCK_STREAM, 0), &peer, sizeof peer);
}
