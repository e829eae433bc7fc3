#include "peer.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "look.h"

static void mapped_as_ipv4(struct act *act) {
  static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (memcmp(act->addr, mapped, sizeof mapped) != 0) return;
  act->family = OR_INET;
  memmove(act->addr, act->addr + 12, 4);
  memset(act->addr + 4, 0, 12);
}

static long unix_address(struct caller *caller, struct peer *peer) {
  size_t header = offsetof(struct sockaddr_un, sun_path);
  struct text target = {peer->target, sizeof peer->target, 0, false};
  char path[sizeof peer->bytes];
  peer->act.family = OR_UNIX;
  if (peer->size <= header) return 0; /* unnamed: autobind */
  if (peer->size > sizeof(struct sockaddr_un)) return -EINVAL;
  size_t length = peer->size - header;
  const char *name = (const char *)peer->bytes + header;
  if (!*name) { /* abstract: the whole of it is the name, NULs and all */
    text_add(&target, "@");
    for (size_t i = 1; i < length; i++) text_bytes(&target, name[i] ? name + i : "@", 1);
    return 0;
  }
  memcpy(path, name, length);
  path[length] = 0;
  long error = resolve(caller, AT_FDCWD, path, peer->act.kind == OR_BIND ? KEEP_LAST : FOLLOW_LAST, &peer->place);
  if (error) return error;
  text_add(&target, peer->place.path);
  return 0;
}

void peer_of_bytes(const uint8_t *bytes, uint32_t size, bool inet, struct act *act) {
  sa_family_t family;
  memcpy(&family, bytes, sizeof family);
  if ((family == AF_INET || (family == AF_UNSPEC && inet)) && size >= sizeof(struct sockaddr_in)) {
    struct sockaddr_in in;
    memcpy(&in, bytes, sizeof in);
    act->family = OR_INET;
    act->port = ntohs(in.sin_port);
    memcpy(act->addr, &in.sin_addr, 4);
  } else if (family == AF_INET6 && size >= 24 /* SIN6_LEN_RFC2133: the scope may be left out */) {
    struct sockaddr_in6 in6;
    memcpy(&in6, bytes, sizeof in6 < size ? sizeof in6 : size);
    act->family = OR_INET6;
    act->port = ntohs(in6.sin6_port);
    memcpy(act->addr, &in6.sin6_addr, 16);
    mapped_as_ipv4(act);
  }
}

long peer_read(struct caller *caller, enum purpose purpose, uint64_t address, uint32_t size, struct peer *peer) {
  memset(&peer->act, 0, sizeof peer->act);
  peer->act.kind = purpose == TO_BIND ? OR_BIND : OR_CONNECT;
  peer->act.program = caller->program;
  peer->act.target = peer->target;
  peer->target[0] = 0;
  peer->place.parent = peer->place.target = -1;
  peer->not_judged = false;
  peer->size = size;
  memset(peer->bytes, 0, sizeof peer->bytes);
  if (size < sizeof(sa_family_t) || size > sizeof peer->bytes - 1) return -EINVAL;
  if (caller_read(caller, address, peer->bytes, size) != (long)size) return -EFAULT;
  memcpy(&peer->family, peer->bytes, sizeof peer->family);
  /* In sendto(2) and bind(2) the kernel takes it for AF_INET; in connect(2) it undoes a connect. */
  peer_of_bytes(peer->bytes, size, purpose != TO_CONNECT, &peer->act);
  if (peer->family == AF_UNIX) return unix_address(caller, peer);
  if (!peer->act.family) {
    /* Too short for its family: the kernel refuses it, each socket in its way. */
    bool too_short = peer->family == AF_INET || peer->family == AF_INET6;
    peer->not_judged = too_short || peer->family == AF_UNSPEC || peer->family == AF_NETLINK;
  }
  return 0;
}

void peer_protocol(struct peer *peer, int socket) {
  int protocol = 0;
  uint32_t size = sizeof protocol;
  if (sys(__NR_getsockopt, socket, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0)
    peer->act.proto = protocol == IPPROTO_TCP ? OR_TCP : protocol == IPPROTO_UDP ? OR_UDP : 0;
}

void peer_protocol_by_name(struct peer *peer, const struct caller *caller, int number) {
  char protocol[32] = {0};
  TEXT(what, 32);
  text_add(&what, "fd/");
  text_number(&what, (uint64_t)(uint32_t)number);
  struct text_path link = proc_path(caller->tid, what.buffer);
  bool looks = look_begin(caller->tid);
  sys(__NR_getxattr, link.bytes, "system.sockprotoname", protocol, sizeof protocol - 1);
  look_end(looks);
  if (!strcmp(protocol, "TCP") || !strcmp(protocol, "TCPv6")) peer->act.proto = OR_TCP;
  if (!strcmp(protocol, "UDP") || !strcmp(protocol, "UDPv6")) peer->act.proto = OR_UDP;
}

void peer_close(struct peer *peer) { place_close(&peer->place); }
