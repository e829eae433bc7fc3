/* sockets.h: addresses, for sockets.c and messages.c. */
#ifndef SOCKETS_H
#define SOCKETS_H
#include "case.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

static inline socklen_t unix_name(struct sockaddr_un *a, const char *path) {
  memset(a, 0, sizeof *a);
  a->sun_family = AF_UNIX;
  size_t length = strlen(path);
  memcpy(a->sun_path, path, length);
  if (*path == '@') a->sun_path[0] = 0;
  return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (*path != '@'));
}

static inline int unix_call(int s, const char *path, bool connecting) {
  struct sockaddr_un a;
  socklen_t size = unix_name(&a, path);
  return connecting ? connect(s, (void *)&a, size) : bind(s, (void *)&a, size);
}

static inline struct sockaddr_in inet(const char *host, int port) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  inet_pton(AF_INET, host, &a.sin_addr);
  return a;
}

static inline int inet_call(int s, const char *host, int port, bool connecting) {
  struct sockaddr_in a = inet(host, port);
  return connecting ? connect(s, (void *)&a, sizeof a) : bind(s, (void *)&a, sizeof a);
}

static inline int port_of(int s) {
  struct sockaddr_in6 a;
  socklen_t size = sizeof a;
  getsockname(s, (void *)&a, &size);
  return ntohs(a.sin6_port);
}

static inline int listening(int backlog) {
  int s = socket(AF_INET, SOCK_STREAM, 0);
  if (inet_call(s, "127.0.0.1", 0, false) || listen(s, backlog)) _exit(95);
  return s;
}

#endif
