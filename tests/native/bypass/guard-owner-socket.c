/* trick: a socket's owner, by SIOCSPGRP
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

int main(void) {
  pid_t guard = find_guard();
  int ends[2];
  must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
  int error = ioctl(ends[0], SIOCSPGRP, &guard) ? errno : 0;
  if (fcntl(ends[0], F_SETSIG, SIGKILL)) error = errno;
  fcntl(ends[0], F_SETFL, O_ASYNC | O_NONBLOCK);
  write(ends[1], "x", 1);
  hurt_or_refused(guard, error);
}
