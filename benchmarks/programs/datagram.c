/* datagram COUNT PORT: one datagram over loopback: sendto(2) with an address, sendmsg(2) on a connected socket (its
 * address, if any, is in memory, so every sendmsg leaves the kernel), and send(2), which never does. */
#include "measure.h"

static struct sockaddr_in server;
static int receiver, loose, connected;
static char byte = 'o';

static uint64_t timed(long result, uint64_t begin) {
  uint64_t taken = now_ns() - begin;
  must(result, "send");
  must(recv(receiver, &byte, 1, 0), "recv");
  return taken;
}

static uint64_t addressed(void) {
  uint64_t begin = now_ns();
  return timed(sendto(loose, &byte, 1, 0, (struct sockaddr *)&server, sizeof server), begin);
}

static uint64_t message(void) {
  struct iovec part = {&byte, 1};
  struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
  uint64_t begin = now_ns();
  return timed(sendmsg(connected, &header, 0), begin);
}

static uint64_t plain(void) {
  uint64_t begin = now_ns();
  return timed(send(connected, &byte, 1, 0), begin);
}

int main(int argc, char **argv) {
  long count = argument(argc, argv, 1);
  int port = (int)argument(argc, argv, 2);
  server = loopback(port);
  receiver = listening(SOCK_DGRAM, port);
  loose = (int)must(socket(AF_INET, SOCK_DGRAM, 0), "socket");
  connected = (int)must(socket(AF_INET, SOCK_DGRAM, 0), "socket");
  must(connect(connected, (struct sockaddr *)&server, sizeof server), "connect");
  measure("sendto", count, addressed);
  measure("sendmsg", count, message);
  measure("send", count, plain);
  return 0;
}
