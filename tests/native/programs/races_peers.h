/* races_peers.h: calls that reach a peer or take an address. */
#ifndef RACES_PEERS_H
#define RACES_PEERS_H
#include <arpa/inet.h>

#include "races.h"

static int receivers[2] = {-1, -1}, sender = -1;

static int receiver(int type, int port) {
  int fd = socket(AF_INET, type, 0), yes = 1;
  struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(fd, (void *)&own, sizeof own)) broken("bind");
  if (type == SOCK_STREAM && listen(fd, 100)) broken("listen");
  return fd;
}

/* The two ports differ in one byte. */
static void swap_port(void) {
  for (int i = 0; i < 2; i++)
    shared->peers[i] = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)ports[i])};
  volatile char *first = (volatile char *)&shared->peers[0].sin_port, *second = (volatile char *)&shared->peers[1].sin_port;
  int at = first[0] == second[0];
  swapped = first + at;
  one = first[at];
  other = second[at];
  sender = socket(AF_INET, SOCK_DGRAM, 0);
  shared->vector = (struct iovec){"x", 1};
  for (int i = 0; i < 2; i++)
    shared->messages[i].msg_hdr = (struct msghdr){.msg_name = &shared->peers[0], .msg_namelen = sizeof *shared->peers, .msg_iov = &shared->vector, .msg_iovlen = 1};
  if (manner != POINTER) return;
  struct sockaddr_in *to = &shared->peers[0], *instead = &shared->peers[1];
  swapped = (volatile char *)&shared->messages[1].msg_hdr.msg_name;
  memcpy(&one, &to, 1);
  memcpy(&other, &instead, 1);
}

static void receive(int type) {
  for (int i = 0; i < 2; i++) receivers[i] = receiver(type, ports[i]);
}

static void streams(void) { swap_port(), receive(SOCK_STREAM); }
static void datagrams(void) { swap_port(), receive(SOCK_DGRAM); }

static void close_at_once(int fd) {
  struct linger at_once = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(fd);
}

static int try_connect(int dirfd, const char *path) {
  (void)dirfd, (void)path;
  int fd = socket(AF_INET, SOCK_STREAM, 0), whose = 0;
  if (connect(fd, (void *)&shared->peers[0], sizeof *shared->peers) == 0) {
    struct sockaddr_in reached;
    socklen_t size = sizeof reached;
    getpeername(fd, (void *)&reached, &size);
    whose = reached.sin_port == htons((uint16_t)ports[0]) ? 1 : 2;
    close(accept(receivers[whose - 1], NULL, NULL));
  }
  close_at_once(fd);
  return whose;
}

/* Only TCP is allowed to the port, and the number means now a TCP and now a UDP socket. */
static int try_connect_number(int number, const char *path) {
  struct sockaddr_in reached;
  socklen_t size = sizeof reached;
  (void)path;
  connect(number, (void *)&shared->peers[0], sizeof *shared->peers);
  if (getpeername(swap_fds[1], (void *)&reached, &size) == 0) return 2;
  if (getpeername(swap_fds[0], (void *)&reached, &size)) return 0;
  close(accept(receivers[0], NULL, NULL));
  int fresh = socket(AF_INET, SOCK_STREAM, 0);
  dup2(fresh, swap_fds[0]);
  close(fresh);
  return 1;
}

static void swap_sockets(void) {
  streams();
  swap_fds[0] = socket(AF_INET, SOCK_STREAM, 0);
  swap_fds[1] = socket(AF_INET, SOCK_DGRAM, 0);
}

static int try_bind(int dirfd, const char *path) {
  struct sockaddr_in own;
  socklen_t size = sizeof own;
  (void)dirfd, (void)path;
  int fd = socket(AF_INET, SOCK_DGRAM, 0), whose = 0;
  if (bind(fd, (void *)&shared->peers[0], sizeof *shared->peers) == 0 && getsockname(fd, (void *)&own, &size) == 0)
    whose = own.sin_port == htons((uint16_t)ports[0]) ? 1 : 2;
  close(fd);
  return whose;
}

static int who_received(void) {
  char byte;
  int whose = 0;
  for (int i = 0; i < 2; i++)
    while (recv(receivers[i], &byte, 1, MSG_DONTWAIT) == 1) whose = i + 1;
  return whose;
}

static int try_sendto(int dirfd, const char *path) {
  (void)dirfd, (void)path;
  sendto(sender, "x", 1, 0, (void *)&shared->peers[0], sizeof *shared->peers);
  return who_received();
}

static int try_sendmsg(int dirfd, const char *path) {
  (void)dirfd, (void)path;
  sendmsg(sender, &shared->messages[1].msg_hdr, 0);
  return who_received();
}

static int try_sendmmsg(int dirfd, const char *path) {
  (void)dirfd, (void)path;
  sendmmsg(sender, shared->messages, 2, 0);
  return who_received();
}

/* Control data of a level that nobody looks at, or IPPROTO_IP: then it is a source route. */
static void routes(void) {
  const unsigned char route[] = {0x83, 7, 4, 127, 0, 0, 2, 0};
  struct msghdr *message = &shared->messages[1].msg_hdr;
  datagrams();
  message->msg_control = shared->control;
  message->msg_controllen = CMSG_SPACE(sizeof route);
  struct cmsghdr *c = CMSG_FIRSTHDR(message);
  *c = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof route), .cmsg_level = 100, .cmsg_type = IP_RETOPTS};
  memcpy(CMSG_DATA(c), route, sizeof route);
  swapped = (volatile char *)&c->cmsg_level;
  one = 100;
  other = IPPROTO_IP;
}

/* What has a route does not arrive: this machine is not its last stop, and passes on no such packets. */
static int try_sendmsg_route(int dirfd, const char *path) {
  (void)dirfd, (void)path;
  long sent = sendmsg(sender, &shared->messages[1].msg_hdr, 0);
  return sent != 1 ? 0 : who_received() ? 1 : 2;
}

/* Sockets that have a path. It lies behind the family in shared memory, as in struct sockaddr_un, and is a relative one, for
 * there is room for 108 bytes. */
static int listeners[2] = {-1, -1};

static void listen_at(int type) {
  for (int i = 0; i < 2; i++) {
    struct sockaddr_un own = {.sun_family = AF_UNIX};
    snprintf(own.sun_path, sizeof own.sun_path, "%c/%s", "ab"[i], type == SOCK_STREAM ? "stream" : "datagram");
    unlink(own.sun_path);
    listeners[i] = socket(AF_UNIX, type, 0);
    if (bind(listeners[i], (void *)&own, sizeof own)) broken(own.sun_path);
    if (type == SOCK_STREAM && listen(listeners[i], 100)) broken("listen");
  }
}

static void stream_paths(void) { listen_at(SOCK_STREAM); }
static void datagram_paths(void) { listen_at(SOCK_DGRAM); }

static int try_connect_path(int dirfd, const char *path) {
  struct sockaddr_un reached = {.sun_path = ""};
  socklen_t size = sizeof reached;
  (void)dirfd, (void)path;
  int fd = socket(AF_UNIX, SOCK_STREAM, 0), whose = 0;
  if (connect(fd, (void *)&shared->family, sizeof(struct sockaddr_un)) == 0 && getpeername(fd, (void *)&reached, &size) == 0) {
    whose = reached.sun_path[0] == 'a' ? 1 : 2;
    close(accept(listeners[whose - 1], NULL, NULL));
  }
  close(fd);
  return whose;
}

static int try_sendto_path(int dirfd, const char *path) {
  char byte;
  int whose = 0, fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  (void)dirfd, (void)path;
  sendto(fd, "x", 1, 0, (void *)&shared->family, sizeof(struct sockaddr_un));
  close(fd);
  for (int i = 0; i < 2; i++)
    while (recv(listeners[i], &byte, 1, MSG_DONTWAIT) == 1) whose = i + 1;
  return whose;
}

static int try_bind_path(int dirfd, const char *path) {
  int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  (void)dirfd, (void)path;
  bind(fd, (void *)&shared->family, sizeof(struct sockaddr_un));
  close(fd);
  int whose = there(b, "bound") ? 2 : there(a, "bound") ? 1 : 0;
  if (whose == 1) unlinkat(a, "bound", 0);
  return whose;
}
#endif
