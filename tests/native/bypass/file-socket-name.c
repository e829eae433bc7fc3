/* trick: a name in the directory by binding a Unix socket
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"
#include <sys/socket.h>
#include <sys/un.h>

int main(void) {
  struct sockaddr_un address = {AF_UNIX, "protected/new"};
  int s = socket(AF_UNIX, SOCK_DGRAM, 0);
  changed_if(bind(s, (void *)&address, sizeof address));
}
