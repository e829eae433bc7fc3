/* trick: connect to a Unix socket through a symbolic link
 * act: connect
 * attack: T1559
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_un peer = {AF_UNIX, "allowed/link"};
  must(symlink(getenv("FORBIDDEN_SOCKET"), "allowed/link"), "symlink");
  connects(new_socket(AF_UNIX, SOCK_STREAM, 0), &peer, sizeof peer);
}
