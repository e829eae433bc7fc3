/* trick: connect put off by TCP_FASTOPEN_CONNECT, done by the first write
 * act: connect
 * attack: T1071
 * expect: stopped
 * needs: tcp_fastopen
 */
#include "bypass.h"
#include "net.h"
#ifndef TCP_FASTOPEN_CONNECT
#define TCP_FASTOPEN_CONNECT 30
#endif

int main(void) {
  struct sockaddr_in peer = ipv4(FORBIDDEN);
  int s = new_socket(AF_INET, SOCK_STREAM, 0), on = 1;
  if (setsockopt(s, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof on)) cannot(errno);
  if (connect(s, (void *)&peer, sizeof peer)) refused(errno);
  reached(write(s, "x", 1));
}
