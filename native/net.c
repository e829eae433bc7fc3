/* net.c: connect, bind, listen. When enforcing, on a duplicate of the caller's socket with the bytes that were judged. */
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "held.h"
#include "peer.h"
#include "traced.h"
#include "traps.h"

/* Connects by descriptor, whatever the path now leads to. */
static uint32_t by_descriptor(struct peer *peer) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct text_path link = descriptor_path(peer->place.target);
  strcpy(address.sun_path, link.bytes);
  memcpy(peer->bytes, &address, sizeof address);
  return (uint32_t)(offsetof(struct sockaddr_un, sun_path) + strlen(link.bytes) + 1);
}

static long try_connect(int socket, const struct peer *peer) {
  return sys(__NR_connect, socket, peer->bytes, peer->size);
}

/* A blocking connect is begun without waiting; what takes time is left to the keeper. For a moment the open file
 * description is non-blocking for everybody who shares it: it is a socket that is not connected yet. */
static long connect_patiently(struct caller *caller, int socket, const struct peer *peer, bool *kept) {
  long flags = sys(__NR_fcntl, socket, F_GETFL);
  if (flags < 0 || flags & O_NONBLOCK) return flags < 0 ? flags : try_connect(socket, peer);
  sys(__NR_fcntl, socket, F_SETFL, flags | O_NONBLOCK);
  long result = try_connect(socket, peer), first = result;
  if (result == -EINPROGRESS) result = try_connect(socket, peer); /* on loopback it is done by now; else -EALREADY */
  sys(__NR_fcntl, socket, F_SETFL, flags);
  bool waits = result == -EINPROGRESS || result == -EALREADY, full = result == -EAGAIN && peer->family == AF_UNIX;
  if (!waits && !full) return result;
  if (self.guard->traced) { /* it waits in its own call: of a socket that is connecting the kernel takes no other address */
    *kept = true;
    if (peer->family == AF_UNIX) {
      close_fd(socket);
      answer_continue(caller->call->id);
    } else {
      traced_peer(caller, "connect", peer, caller->call->data.args[1], socket);
    }
    return 0;
  }
  struct pending item = {.fd = socket, .target = peer->place.target, .call = *caller->call, .address_size = peer->size, .late = (int32_t)first};
  memcpy(item.address, peer->bytes, peer->size);
  struct timeval patience = {0, 0};
  uint32_t size = sizeof patience;
  if (sys(__NR_getsockopt, socket, SOL_SOCKET, SO_SNDTIMEO, &patience, &size) == 0 && (patience.tv_sec || patience.tv_usec))
    item.deadline_ns = now_ns(1) + (uint64_t)patience.tv_sec * 1000000000u + (uint64_t)patience.tv_usec * 1000u;
  if (full) {
    const struct identity *who = caller_identity(caller);
    if (!who) return caller_unknown();
    item.identity = *who;
  }
  *kept = keep_pending(full ? PENDING_RETRY_CONNECT : PENDING_CONNECT, &item);
  return *kept ? 0 : -EAGAIN;
}

/* On loopback a connect is done at once, or refused, unless a backlog is full; then the keeper sees that we are held up.
 * Those who lead may run that risk. */
static bool will_not_wait(const struct peer *peer) {
  static const uint8_t loopback[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  bool near = peer->act.family == OR_INET ? peer->act.addr[0] == 127 : peer->act.family == OR_INET6 && memcmp(peer->act.addr, loopback, 16) == 0;
  return peer->act.proto == OR_UDP || (near && !self.guard->traced && !workers_held_up());
}

static void perform_connect(struct caller *caller, int socket, struct peer *peer) {
  bool kept = false;
  long result;
  if (peer->family == AF_UNIX) {
    if (peer->place.target >= 0) peer->size = by_descriptor(peer);
    const struct identity *who = caller_identity(caller);
    result = who ? identity_take(who, false) : caller_unknown();
    if (!result) {
      result = connect_patiently(caller, socket, peer, &kept);
      identity_drop(who, false);
    }
  } else {
    result = will_not_wait(peer) ? try_connect(socket, peer) : connect_patiently(caller, socket, peer, &kept);
  }
  if (kept) {
    if (!self.guard->traced) peer->place.target = -1; /* the keeper's now, as the socket is */
    return;
  }
  if (!result) held_connected(socket);
  close_fd(socket);
  answer(caller->call->id, 0, (int32_t)result);
}

static bool is_the_agent(const struct peer *peer) {
  return peer->act.family == OR_UNIX && strcmp(peer->target, self.socket_path) == 0;
}

void handle_connect(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  bool enforce = enforcing();
  struct peer peer;
  long error = peer_read(caller, TO_CONNECT, args[1], (uint32_t)args[2], &peer);
  int socket = -1;
  if (!error && (enforce || !peer.not_judged)) {
    socket = caller_descriptor(caller, (int)args[0]);
    if (socket < 0 && socket != NOT_HELD) error = socket;
  }
  if (!error && peer.family == AF_UNIX && *peer.target == '/' && peer.place.target < 0) error = -ENOENT;
  if (error) {
    /* As the kernel would have it; when enforcing not by the kernel, which would look at the memory again. */
    if (enforce) answer(caller->call->id, 0, (int32_t)error);
    else answer_continue(caller->call->id);
  } else if (is_the_agent(&peer)) {
    refuse(caller, &peer.act, name, "the agent's socket is for the supervisor alone");
  } else {
    if (socket >= 0) peer_protocol(&peer, socket);
    else peer_protocol_by_name(&peer, caller, (int)args[0]);
    if (peer.not_judged || judge(caller, &peer.act, name, 0)) {
      if (!enforce) {
        close_fd(socket);
        socket = -1;
        answer_continue(caller->call->id);
      } else if (socket < 0 && self.guard->traced) {
        traced_peer(caller, name, &peer, args[1], -1);
      } else if (socket < 0 && held_was_connected(caller, (int)args[0])) {
        answer(caller->call->id, 0, -EISCONN);
      } else if (socket < 0) {
        refuse(caller, &peer.act, name, NOT_HELD_WHY);
      } else {
        perform_connect(caller, socket, &peer);
        socket = -1;
      }
    }
  }
  close_fd(socket);
  peer_close(&peer);
}

/* Whether the caller's words say where the socket was found to go, with no link, root or ".." of its own on the way. */
static bool says_where(int directory, const struct peer *peer) {
  const char *words = (const char *)peer->bytes + offsetof(struct sockaddr_un, sun_path);
  if (directory < 0) return strcmp(words, peer->target) == 0;
  if (strncmp(words, "./", 2) == 0) words += 2;
  char from[PATH_BYTES];
  if (!path_of_descriptor(directory, from, sizeof from)) return false;
  size_t length = strcmp(from, "/") == 0 ? 0 : strlen(from);
  return strncmp(peer->target, from, length) == 0 && peer->target[length] == '/' && strcmp(peer->target + length + 1, words) == 0;
}

/* A socket with a path is bound with the caller's own words, from its directory, so that getsockname(2) gives them back;
 * where they lead by a link, or from another root, by the name in the directory that was judged. */
static long bind_path(int directory, int socket, struct peer *peer) {
  if (peer->place.parent < 0) return -EADDRINUSE;
  const char *path = (const char *)peer->bytes + offsetof(struct sockaddr_un, sun_path);
  bool words = says_where(directory, peer) || path[strlen(path) - 1] == '/'; /* nothing is made of a name with a slash */
  if (!words) {
    size_t length = strlen(peer->place.name) + 1;
    memset(peer->bytes + offsetof(struct sockaddr_un, sun_path), 0, sizeof(struct sockaddr_un) - offsetof(struct sockaddr_un, sun_path));
    if (length >= sizeof peer->bytes - offsetof(struct sockaddr_un, sun_path)) return -ENAMETOOLONG;
    memcpy(peer->bytes + offsetof(struct sockaddr_un, sun_path), peer->place.name, length);
    peer->size = (uint32_t)(offsetof(struct sockaddr_un, sun_path) + length);
  }
  if (directory >= 0 || !words) {
    long error = sys(__NR_fchdir, words ? directory : peer->place.parent); /* this worker's own: the threads do not share fs_struct */
    if (error) return error;
  }
  return sys(__NR_bind, socket, peer->bytes, peer->size);
}

static bool is_relative(const struct peer *peer) {
  return peer->bytes[offsetof(struct sockaddr_un, sun_path)] != '/';
}

static long bind_once(struct caller *caller, int socket, struct peer *peer) {
  bool has_path = peer->family == AF_UNIX && *peer->target == '/';
  if (!has_path && (peer->act.port == 0 || peer->act.port >= 1024)) return sys(__NR_bind, socket, peer->bytes, peer->size);
  const struct identity *who = caller_identity(caller); /* for the directory, and for CAP_NET_BIND_SERVICE */
  if (!who) return caller_unknown();
  /* Found with our own rights: a caller that gave some of its up may not look into /proc for it, not even for itself. */
  int directory = has_path && is_relative(peer) ? caller_directory(caller, AT_FDCWD) : -1;
  if (has_path && is_relative(peer) && directory < 0) return directory;
  umask_take(who->umask);
  long result = identity_take(who, false);
  if (!result) {
    result = has_path ? bind_path(directory, socket, peer) : sys(__NR_bind, socket, peer->bytes, peer->size);
    identity_drop(who, false);
  }
  close_fd(directory);
  if (has_path) sys(__NR_fchdir, self.root);
  return result;
}

static long perform_bind(struct caller *caller, int socket, struct peer *peer) {
  long result = bind_once(caller, socket, peer);
  if (result != -EADDRINUSE || self.guard->features & HAS_GETFD) return result;
  held_look_now(); /* it may be our own duplicate of a closed socket that is in the way */
  return bind_once(caller, socket, peer);
}

void handle_bind(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  bool enforce = enforcing();
  struct peer peer;
  long error = peer_read(caller, TO_BIND, args[1], (uint32_t)args[2], &peer);
  int socket = -1;
  if (!error && (enforce || !peer.not_judged)) {
    socket = caller_descriptor(caller, (int)args[0]);
    if (socket < 0 && socket != NOT_HELD) error = socket;
  }
  if (error) {
    if (enforce) answer(caller->call->id, 0, (int32_t)error);
    else answer_continue(caller->call->id);
  } else {
    if (socket >= 0) peer_protocol(&peer, socket);
    else peer_protocol_by_name(&peer, caller, (int)args[0]);
    bool unnamed = peer.family == AF_UNIX && !*peer.target;
    if (peer.not_judged || unnamed || judge(caller, &peer.act, name, 0)) {
      long result = enforce && socket >= 0 ? perform_bind(caller, socket, &peer) : 0;
      bool held = socket >= 0;
      close_fd(socket);
      socket = -1;
      if (!enforce) answer_continue(caller->call->id);
      else if (held) answer(caller->call->id, 0, (int32_t)result);
      else if (self.guard->traced) traced_peer(caller, name, &peer, args[1], -1);
      else refuse(caller, &peer.act, name, NOT_HELD_WHY);
    }
  }
  close_fd(socket);
  peer_close(&peer);
}

/* listen(2) on a socket of the Internet that was never bound binds it to a port the kernel picks: judged as that bind. Of
 * a Unix socket the peer sees who called listen: so as the caller. */
static bool is_unbound(int socket, struct act *act) {
  union {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_storage room;
  } name = {.room = {0}};
  uint32_t size = sizeof name;
  if (sys(__NR_getsockname, socket, &name, &size) != 0) return false;
  act->family = name.any.sa_family == AF_INET ? OR_INET : OR_INET6;
  if (name.any.sa_family == AF_INET) return name.in.sin_port == 0;
  return name.any.sa_family == AF_INET6 && name.in6.sin6_port == 0;
}

static long perform_listen(struct caller *caller, int socket, int backlog) {
  const struct identity *who = caller_identity(caller);
  long result = who ? identity_take(who, false) : caller_unknown();
  if (result) return result;
  result = sys(__NR_listen, socket, backlog);
  identity_drop(who, false);
  return result;
}

void handle_listen(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  bool enforce = enforcing() && self.guard->features & HAS_GETFD;
  int socket = self.guard->features & HAS_GETFD ? caller_descriptor(caller, (int)args[0]) : -EPERM;
  struct peer peer = {.act = {.kind = OR_BIND, .program = caller->program, .target = ""}, .place = {.parent = -1, .target = -1}};
  if (socket >= 0 && is_unbound(socket, &peer.act)) {
    peer_protocol(&peer, socket);
    if (!judge(caller, &peer.act, name, 0)) {
      close_fd(socket);
      return;
    }
  }
  long result = socket < 0 ? socket : enforce ? perform_listen(caller, socket, (int)args[1]) : 0;
  close_fd(socket);
  if (!enforce) answer_continue(caller->call->id);
  else answer(caller->call->id, 0, (int32_t)result);
}
