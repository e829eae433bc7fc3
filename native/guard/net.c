/* net.c: whom the process talks to. The address is copied once; what is decided on is what the kernel gets. */
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "../source_route.h"
#include "inside.h"
#include "runtime_api.h"

#define ADDRESS_BYTES sizeof(struct sockaddr_storage) /* the kernel takes no longer one */

struct peer {
  union {
    uint8_t bytes[ADDRESS_BYTES];
    sa_family_t family;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un local;
  };
  uint32_t size;
  struct act act;
};

static void mapped_as_ipv4(struct act *act) {
  static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (memcmp(act->addr, mapped, sizeof mapped) != 0) return;
  act->family = OR_INET;
  memcpy(act->addr, act->addr + 12, 4);
  memset(act->addr + 4, 0, 12);
}

/* By descriptor, as socket() made it; 0: not known. A number may since have been given to something else: so only what
 * is allowed is decided by it. */
static _Atomic uint8_t protocols[1024];

static void remember_protocol(long fd, int family, int type, int protocol) {
  if (fd < 0 || fd >= (long)sizeof protocols) return;
  bool stream = (type & 15) == SOCK_STREAM && (!protocol || protocol == IPPROTO_TCP);
  bool datagram = (type & 15) == SOCK_DGRAM && (!protocol || protocol == IPPROTO_UDP);
  bool inet = family == AF_INET || family == AF_INET6;
  atomic_store_explicit(&protocols[fd], !inet ? 0 : stream ? OR_TCP : datagram ? OR_UDP : 0, memory_order_relaxed);
}

static uint8_t remembered_protocol(int fd) {
  return fd >= 0 && fd < (int)sizeof protocols ? atomic_load_explicit(&protocols[fd], memory_order_relaxed) : 0;
}

static uint8_t protocol_of(int fd) {
  int protocol = 0;
  uint32_t size = sizeof protocol;
  if (sys(__NR_getsockopt, fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size)) return 0;
  return protocol == IPPROTO_TCP ? OR_TCP : protocol == IPPROTO_UDP ? OR_UDP : 0;
}

/* False: too short, or of a family without a peer outside the kernel. */
static bool read_inet(struct peer *peer, bool connecting) {
  struct act *act = &peer->act;
  /* In sendto(2) and bind(2) the kernel takes AF_UNSPEC for AF_INET; in connect(2) it undoes a connect. */
  bool inet = peer->family == AF_INET || (peer->family == AF_UNSPEC && !connecting);
  if (inet && peer->size >= sizeof peer->in) {
    act->family = OR_INET;
    act->port = ntohs(peer->in.sin_port);
    memcpy(act->addr, &peer->in.sin_addr, 4);
    return true;
  }
  if (peer->family != AF_INET6 || peer->size < 24) return false; /* the scope may be left out */
  act->family = OR_INET6;
  act->port = ntohs(peer->in6.sin6_port);
  memcpy(act->addr, &peer->in6.sin6_addr, 16);
  mapped_as_ipv4(act);
  return true;
}

/* The real path of a socket, or "@name" of an abstract one, into `out`. */
static long unix_target(const struct peer *peer, struct spot *spot, struct text *out) {
  size_t header = offsetof(struct sockaddr_un, sun_path), length = peer->size > header ? peer->size - header : 0;
  const char *name = (const char *)peer->bytes + header;
  char path[ADDRESS_BYTES + 1];
  if (!length) return 0; /* unnamed */
  if (!*name) {
    text_add(out, "@");
    for (size_t i = 1; i < length; i++) text_bytes(out, name[i] ? name + i : "@", 1);
    return 0;
  }
  memcpy(path, name, length);
  path[length] = 0;
  long error = spot_find(AT_FDCWD, path, peer->act.kind == OR_BIND ? KEEP_LAST : FOLLOW_LAST, spot);
  if (error) return error;
  spot_close(spot);
  text_add(out, spot->path);
  return 0;
}

static int decide_unix(struct peer *peer, const char *call) {
  if (peer->act.kind == OR_CONNECT && in_lookup()) return 0; /* libc asks a name service cache */
  struct spot *spot = spot_take();
  if (!spot) return ENOMEM;
  struct text target = {spot->link, sizeof spot->link, 0, false};
  spot->link[0] = 0;
  /* What is not there the kernel will not find either. */
  long unknown = unix_target(peer, spot, &target);
  int error = is_shortage(unknown) ? (int)-unknown : unknown ? 0 : -1;
  peer->act.family = OR_UNIX;
  peer->act.target = spot->link;
  if (error < 0) error = is_ours(spot->link) ? guard_own(peer->act.kind, spot->link, call, "the guard's own socket")
                                         : guard_act(&peer->act, call, NULL);
  spot_give(spot);
  return error;
}

static int decide_inet(const struct policy *policy, int fd, struct peer *peer, const char *call) {
  struct act *act = &peer->act;
  act->proto = remembered_protocol(fd);
  bool special = act->kind == OR_CONNECT && (in_lookup() || runtime_api_meant(act));
  if (act->proto && !special && guard_allowed(policy, act, call)) return 0;
  act->proto = protocol_of(fd);
  if (act->kind == OR_CONNECT && in_lookup() && (act->port == 53 || act->proto == OR_UDP)) return 0;
  if (act->kind == OR_CONNECT && act->proto != OR_UDP && runtime_api_meant(act)) return runtime_api_decide(act);
  return guard_act(act, call, NULL);
}

/* 0, or the errno to answer. A peer that is too short or of a strange family is the kernel's to refuse. */
static int decide(const struct policy *policy, int fd, struct peer *peer, const void *address, uint32_t size, enum or_kind kind, const char *call) {
  peer->act = (struct act){.kind = kind, .target = ""};
  peer->size = size;
  memset(peer->bytes, 0, sizeof peer->bytes);
  memcpy(peer->bytes, address, size);
  if (peer->family == AF_UNIX) return decide_unix(peer, call);
  if (!read_inet(peer, strcmp(call, "connect") == 0)) return 0;
  return decide_inet(policy, fd, peer, call);
}

static bool odd(const void *address, uint32_t size) {
  return bad_pointer(address) || size < sizeof(sa_family_t) || size > ADDRESS_BYTES;
}

long do_connect(int fd, const void *address, uint32_t size) {
  struct peer peer;
  const struct policy *policy = policy_now();
  if (!policy || odd(address, size)) return sys(__NR_connect, fd, address, size);
  int error = decide(policy, fd, &peer, address, size, OR_CONNECT, "connect");
  if (error) return -error;
  if (peer.act.family == OR_INET && runtime_api_is_proxy(&peer.act)) return runtime_api_connect(fd, peer.bytes, size);
  return sys(__NR_connect, fd, peer.bytes, size);
}

long do_bind(int fd, const void *address, uint32_t size) {
  struct peer peer;
  const struct policy *policy = policy_now();
  if (!policy || odd(address, size)) return sys(__NR_bind, fd, address, size);
  int error = decide(policy, fd, &peer, address, size, OR_BIND, "bind");
  return error ? -error : sys(__NR_bind, fd, peer.bytes, size);
}

long do_sendto(int fd, const void *bytes, size_t count, int flags, const void *address, uint32_t size) {
  struct peer peer;
  const struct policy *policy = address ? policy_now() : NULL;
  if (!policy || odd(address, size)) return sys(__NR_sendto, fd, bytes, count, flags, address, size);
  int error = decide(policy, fd, &peer, address, size, OR_CONNECT, "sendto");
  return error ? -error : sys(__NR_sendto, fd, bytes, count, flags, peer.bytes, size);
}

/* As control data: the packets go to its first hop, whoever they are addressed to. */
static bool has_source_route(struct msghdr *message) {
  size_t left = bad_pointer(message->msg_control) ? 0 : message->msg_controllen, step;
  for (const uint8_t *at = message->msg_control; left >= sizeof(struct cmsghdr); at += step, left -= step) {
    const struct cmsghdr *c = (const struct cmsghdr *)at;
    if (c->cmsg_len < sizeof *c || c->cmsg_len > left) return false; /* the kernel refuses it */
    if (control_routes(c)) return true;
    step = CMSG_ALIGN(c->cmsg_len) < left ? CMSG_ALIGN(c->cmsg_len) : left;
  }
  return false;
}

long do_sendmsg(int fd, const void *message, int flags) {
  struct peer peer;
  if (bad_pointer(message)) return sys(__NR_sendmsg, fd, message, flags);
  struct msghdr copy = *(const struct msghdr *)message;
  if (self.in_container && has_source_route(&copy) && guard_call("source_route")) return -EPERM;
  const struct policy *policy = copy.msg_name ? policy_now() : NULL;
  if (!policy || odd(copy.msg_name, copy.msg_namelen)) return sys(__NR_sendmsg, fd, &copy, flags);
  int error = decide(policy, fd, &peer, copy.msg_name, copy.msg_namelen, OR_CONNECT, "sendmsg");
  if (error) return -error;
  copy.msg_name = peer.bytes;
  return sys(__NR_sendmsg, fd, &copy, flags);
}

/* One by one, if any has an address; the kernel does no different. */
long do_sendmmsg(int fd, void *messages, unsigned count, int flags) {
  struct mmsghdr *each = messages;
  bool addressed = false;
  if (bad_pointer(messages) || count > 1024) return sys(__NR_sendmmsg, fd, messages, count, flags);
  for (unsigned i = 0; i < count; i++) addressed |= each[i].msg_hdr.msg_name != NULL;
  if (!addressed) return sys(__NR_sendmmsg, fd, messages, count, flags);
  for (unsigned i = 0; i < count; i++) {
    long sent = do_sendmsg(fd, &each[i].msg_hdr, flags);
    if (sent < 0) return i ? (long)i : sent;
    each[i].msg_len = (unsigned)sent;
  }
  return count;
}

long do_socket(int family, int type, int protocol) {
  bool plain = family == AF_UNIX || family == AF_INET || family == AF_INET6 || family == AF_NETLINK;
  bool raw = (type & 15) == SOCK_RAW && family != AF_NETLINK;
  int error = raw || family == AF_PACKET ? guard_call("socket_raw") : plain ? 0 : guard_call("socket_other");
  if (error) return -error;
  long fd = sys(__NR_socket, family, type, protocol);
  remember_protocol(fd, family, type, protocol);
  return fd;
}
