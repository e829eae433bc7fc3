/* net.h: what the tricks on the network share. */
#ifndef NET_H
#define NET_H
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>

#include "bypass.h"

#define FORBIDDEN port_of("FORBIDDEN_PORT")
#define ALLOWED port_of("ALLOWED_PORT")
#define TO_BIND port_of("BIND_PORT")

UNUSED static struct sockaddr_in ipv4(int port) {
  return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

UNUSED static struct sockaddr_in6 ipv6(int port) {
  return (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
}

/* ::ffff:127.0.0.1 */
UNUSED static struct sockaddr_in6 mapped(int port) {
  struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
  memcpy(address.sin6_addr.s6_addr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1", 16);
  return address;
}

/* A socket; where the kernel has none of this kind, the trick is one that cannot be done. */
UNUSED static int new_socket(int family, int type, int protocol) {
  int s = socket(family, type, protocol);
  if (s < 0 && (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT || errno == ESOCKTNOSUPPORT)) cannot(errno);
  if (s < 0) refused(errno);
  return s;
}

/* The end of a trick, with the outcome of the call that was to reach the peer. */
UNUSED static _Noreturn void reached(long result) {
  if (result < 0 && errno == EADDRNOTAVAIL) cannot(errno); /* a machine without IPv6 on loopback */
  if (result < 0) refused(errno);
  succeeded();
}

UNUSED static _Noreturn void connects(int s, const void *address, socklen_t size) { reached(connect(s, address, size)); }
#endif
