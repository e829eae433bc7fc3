/* trick: hard link to a Unix socket in the allowed directory, then a connect to that
 * act: connect
 * attack: T1559
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_un peer = {AF_UNIX, "allowed/socket"};
  if (link("protected/socket", "allowed/socket")) refused(errno);
  connects(new_socket(AF_UNIX, SOCK_STREAM, 0), &peer, sizeof peer);
}
