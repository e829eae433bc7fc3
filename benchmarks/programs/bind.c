/* bind COUNT: the time of bind(2) alone, of a TCP socket to a free port of 127.0.0.1. */
#include "measure.h"

static struct sockaddr_in any_port;

static uint64_t once(void) {
  int fd = (int)must(socket(AF_INET, SOCK_STREAM, 0), "socket");
  uint64_t begin = now_ns();
  long result = bind(fd, (struct sockaddr *)&any_port, sizeof any_port);
  uint64_t taken = now_ns() - begin;
  must(result, "bind");
  close(fd);
  return taken;
}

int main(int argc, char **argv) {
  any_port = loopback(0);
  measure("bind", argument(argc, argv, 1), once);
  return 0;
}
