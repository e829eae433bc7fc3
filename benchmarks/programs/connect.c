/* connect COUNT PORT: the time of connect(2) alone, to 127.0.0.1, TCP (blocking) and UDP. */
#include "measure.h"

static struct sockaddr_in server;
static int listener, udp;

static uint64_t timed_connect(int fd) {
  uint64_t begin = now_ns();
  long result = connect(fd, (struct sockaddr *)&server, sizeof server);
  uint64_t taken = now_ns() - begin;
  must(result, "connect");
  return taken;
}

/* Reset rather than closed: nothing is left in TIME_WAIT to use up the ports. */
static uint64_t tcp_once(void) {
  struct linger reset = {1, 0};
  int fd = (int)must(socket(AF_INET, SOCK_STREAM, 0), "socket");
  uint64_t taken = timed_connect(fd);
  int accepted = (int)must(accept(listener, NULL, NULL), "accept");
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close(fd);
  close(accepted);
  return taken;
}

static uint64_t udp_once(void) { return timed_connect(udp); }

int main(int argc, char **argv) {
  long count = argument(argc, argv, 1);
  int port = (int)argument(argc, argv, 2);
  server = loopback(port);
  listener = listening(SOCK_STREAM, port);
  udp = (int)must(socket(AF_INET, SOCK_DGRAM, 0), "socket");
  measure("tcp", count, tcp_once);
  measure("udp", count, udp_once);
  return 0;
}
