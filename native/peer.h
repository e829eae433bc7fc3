/* peer.h: a socket address of the caller, as an act to judge. */
#ifndef OUTRIDER_PEER_H
#define OUTRIDER_PEER_H
#include "judge.h"
#include "resolve.h"

struct peer {
  uint8_t bytes[129]; /* the address, copied once: up to 128 (sockaddr_storage) and a NUL */
  uint32_t size;
  uint16_t family; /* AF_* */
  struct place place; /* of a socket that has a path: descriptors to close with peer_close() */
  char target[PATH_BYTES + 256];
  struct act act;
  bool not_judged; /* AF_UNSPEC to connect(2), AF_NETLINK: no peer outside the kernel */
};

enum purpose { TO_CONNECT, TO_BIND, TO_SEND };

/* The Internet address that `bytes` are, into family, port and addr, which are left as they are when it is none. `inet`:
 * AF_UNSPEC stands for AF_INET. */
void peer_of_bytes(const uint8_t *bytes, uint32_t size, bool inet, struct act *act);

/* Copies and understands the address; 0 or -errno. Until peer_close(), `peer->act` points into `peer`. */
long peer_read(struct caller *caller, enum purpose purpose, uint64_t address, uint32_t size, struct peer *peer);
void peer_close(struct peer *peer);

/* Fills in the protocol from the socket. */
void peer_protocol(struct peer *peer, int socket);
/* The same of the caller's descriptor `number`, of which there is no duplicate; as lsof finds it out. */
void peer_protocol_by_name(struct peer *peer, const struct caller *caller, int number);

#endif
