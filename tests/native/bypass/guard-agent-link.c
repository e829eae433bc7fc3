/* trick: the agent's socket by a symbolic link and a relative path
 * act: guard
 * attack: T1562.006
 * expect: stopped
 */
#include "bypass.h"

#include <sys/un.h>

int main(void) {
  struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = "allowed/link/../run/agent.sock"};
  must(symlink("/mnt/outrider/policy", "allowed/link"), "symlink");
  int fd = (int)must(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
  if (connect(fd, (struct sockaddr *)&path, sizeof path)) refused(errno);
  leave_mark();
  succeeded();
}
