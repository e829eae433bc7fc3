/* listeners.c: the peers. On loopback, both families, TCP and UDP, and a Unix socket. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "cell.h"

#define MANY 12

static struct listener {
  int fd;
  bool stream, forbidden;
} all[MANY];
static unsigned count, arrived;

static void add(int family, int type, const void *address, socklen_t size, bool forbidden) {
  int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
  if (fd < 0 && family == AF_INET6) return; /* a kernel without IPv6 */
  need(fd, "socket");
  if (family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (bind(fd, address, size)) {
    if (family != AF_INET6) fail("bind");
    close(fd);
    return;
  }
  if (type == SOCK_STREAM) {
    need(listen(fd, 64), "listen");
    if (family != AF_UNIX) setsockopt(fd, IPPROTO_TCP, 23 /* TCP_FASTOPEN */, &on, sizeof on);
  }
  all[count++] = (struct listener){fd, type == SOCK_STREAM, forbidden};
}

static void add_port(uint16_t port, bool forbidden) {
  struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++) { /* 1 and 2 */
    add(AF_INET, type, &four, sizeof four, forbidden);
    add(AF_INET6, type, &six, sizeof six, forbidden);
  }
}

void listeners_open(void) {
  struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = W "/protected/socket"};
  struct sockaddr_un dgram = {.sun_family = AF_UNIX, .sun_path = W "/protected/datagrams"};
  struct sockaddr_un abstract = {.sun_family = AF_UNIX, .sun_path = "\0forbidden"};
  add_port(FORBIDDEN_PORT, true);
  add_port(ALLOWED_PORT, false);
  add(AF_UNIX, SOCK_STREAM, &path, sizeof path, true);
  add(AF_UNIX, SOCK_DGRAM, &dgram, sizeof dgram, true);
  add(AF_UNIX, SOCK_STREAM, &abstract, (socklen_t)(sizeof(sa_family_t) + sizeof "forbidden"), true);
}

unsigned listeners_poll(struct pollfd *out) {
  for (unsigned i = 0; i < count; i++) out[i] = (struct pollfd){all[i].fd, POLLIN, 0};
  return count;
}

void listeners_serve(void) {
  char piece[2048];
  for (unsigned i = 0; i < count; i++) {
    long got;
    while ((got = all[i].stream ? accept4(all[i].fd, NULL, NULL, SOCK_CLOEXEC) : recv(all[i].fd, piece, sizeof piece, 0)) >= 0) {
      if (all[i].forbidden) arrived++;
      if (all[i].stream) close((int)got);
    }
  }
}

unsigned listeners_arrived(void) {
  listeners_serve();
  return arrived;
}
