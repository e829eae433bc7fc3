/* trick: connect to an abstract Unix socket
 * act: connect
 * attack: T1559
 * expect: stopped
 */
#include "bypass.h"
#include "net.h"

int main(void) {
  struct sockaddr_un peer = {AF_UNIX, "\0forbidden"};
  connects(new_socket(AF_UNIX, SOCK_STREAM, 0), &peer, sizeof(sa_family_t) + sizeof "forbidden");
}
