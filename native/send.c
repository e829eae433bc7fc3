/* send.c: sendto with an address, sendmsg, sendmmsg.
 *
 * Whether a message has an address, and which, is in memory; so when enforcing the message is copied, judged, and sent
 * by us on a duplicate of the socket. Descriptors in it are duplicated too. We never wait for room: that is left to the
 * keeper, which tries again with the address that was judged and the bytes that are in the caller's memory by then. */
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>

#include "held.h"
#include "send.h"
#include "source_route.h"
#include "traced.h"

#define PIECE (208u << 10)   /* the largest datagram fits: net.core.wmem_default, for a Unix socket */
#define STREAM_PIECE (64u << 10)

static uint8_t piece_of[WORKERS + 1][PIECE];

void message_close_passed(struct message *message) {
  while (message->passed_count) close_fd(message->passed[--message->passed_count]);
}

/* Our numbers in place of the caller's. Credentials cannot be sent for another process: the kernel compares the pid. */
long message_copy_control(struct message *message) {
  message->routes = message->control_size > CONTROL_MAX; /* nobody sends so much: what it hides is taken for a route */
  if (message->routes) return -ENOBUFS;
  if (caller_read(message->caller, message->control, message->control_copy, message->control_size) != (long)message->control_size)
    return -EFAULT;
  size_t size = message->control_size, next;
  for (size_t at = 0; size - at >= sizeof(struct cmsghdr); at = next) {
    struct cmsghdr *c = (struct cmsghdr *)(message->control_copy + at);
    if (c->cmsg_len < sizeof *c || c->cmsg_len > size - at) return -EINVAL;
    next = at + CMSG_ALIGN(c->cmsg_len) < size ? at + CMSG_ALIGN(c->cmsg_len) : size;
    message->routes |= control_routes(c);
    if (c->cmsg_level != SOL_SOCKET || !message->enforce) continue;
    if (c->cmsg_type == SCM_CREDENTIALS) return -EPERM;
    if (c->cmsg_type != SCM_RIGHTS) continue;
    size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; i++) {
      int number;
      memcpy(&number, CMSG_DATA(c) + i * sizeof number, sizeof number);
      if (message->passed_count == PASSED_MAX) return -EINVAL;
      int fd = caller_descriptor(message->caller, number);
      message->passes_more |= fd == NOT_HELD || fd == -ENOTSOCK;
      if (fd < 0) return fd;
      message->passed[message->passed_count++] = fd;
      memcpy(CMSG_DATA(c) + i * sizeof fd, &fd, sizeof fd);
    }
  }
  return 0;
}

/* As the caller, when there is one to be: a datagram to a path needs the right to write there. Only for this call: we
 * read the caller's memory as ourselves. */
static long send_as(struct message *message, struct msghdr *header, uint32_t flags) {
  long error = message->as ? identity_take(message->as, false) : 0;
  if (error) return error;
  long sent = sys(__NR_sendmsg, message->socket, header, flags | MSG_NOSIGNAL);
  if (message->as) identity_drop(message->as, false);
  return sent;
}

static bool may_wait(const struct message *message) {
  return !(message->flags & MSG_DONTWAIT) && !(sys(__NR_fcntl, message->socket, F_GETFL) & O_NONBLOCK);
}

static long send_once(struct message *message, struct msghdr *header) {
  bool connects = message->flags & MSG_FASTOPEN; /* begun without waiting, it could not be waited for any more */
  if (!connects || !may_wait(message)) {
    long sent = send_as(message, header, message->flags | MSG_DONTWAIT);
    message->blocked = sent == -EAGAIN && may_wait(message);
    return sent;
  }
  worker_step_aside();
  return send_as(message, header, message->flags);
}

/* Copies what fits from position *vector, *within of the vectors on. */
static long fill(struct message *message, uint8_t *piece, uint32_t *vector, uint64_t *within) {
  size_t filled = 0;
  size_t room = message->stream ? STREAM_PIECE : PIECE;
  while (*vector < message->vector_count && filled < room) {
    struct iovec v;
    if (!message->vectors) v = message->own;
    else if (caller_read(message->caller, message->vectors + *vector * sizeof v, &v, sizeof v) != sizeof v) return -EFAULT;
    uint64_t left = v.iov_len > *within ? v.iov_len - *within : 0;
    size_t take = left < room - filled ? (size_t)left : room - filled;
    if (take && caller_read(message->caller, (uint64_t)(uintptr_t)v.iov_base + *within, piece + filled, take) != (long)take) return -EFAULT;
    filled += take;
    *within += take;
    if (take < left) break;
    ++*vector;
    *within = 0;
  }
  return (long)filled;
}

/* One piece; of a stream that may wait, all of it. */
static long send_piece(struct message *message, uint8_t *piece, long filled, bool first) {
  long total = 0;
  do {
    struct iovec v = {piece + total, (size_t)(filled - total)};
    struct msghdr header = {.msg_iov = &v, .msg_iovlen = 1};
    if (message->to && first) {
      header.msg_name = (void *)(uintptr_t)message->to;
      header.msg_namelen = message->to_size;
    }
    if (message->control_size && first) {
      header.msg_control = message->control_copy;
      header.msg_controllen = message->control_size;
    }
    first = false;
    long sent = send_once(message, &header);
    if (sent < 0) return total ? total : sent;
    total += sent;
    if (message->progress) atomic_fetch_add(message->progress, (uint64_t)sent);
  } while (total < filled && message->stream && may_wait(message));
  return total;
}

/* Past what went before. */
static bool skip(struct message *message, uint32_t *vector, uint64_t *within) {
  uint64_t left = message->done;
  for (; left && *vector < message->vector_count; ++*vector) {
    struct iovec v;
    if (!message->vectors) v = message->own;
    else if (caller_read(message->caller, message->vectors + *vector * sizeof v, &v, sizeof v) != sizeof v) return false;
    if (left < v.iov_len) break;
    left -= v.iov_len;
  }
  *within = left;
  return true;
}

long message_send(struct message *message) {
  uint8_t *piece = piece_of[worker_index()];
  uint32_t vector = 0;
  uint64_t within = 0;
  long total = 0;
  message->blocked = false;
  if (!skip(message, &vector, &within)) return -EFAULT;
  do {
    long filled = fill(message, piece, &vector, &within);
    if (filled < 0) return total ? total : filled;
    if (!message->stream && vector < message->vector_count) return -EMSGSIZE;
    long sent = send_piece(message, piece, filled, !total && !message->done);
    if (sent < 0) return total ? total : sent;
    total += sent;
    if (sent < filled) break;
  } while (vector < message->vector_count);
  return total;
}

/* The rest is the keeper's. False when it has no place. */
static bool leave_to_keeper(struct message *message, struct peer *peer, long sent) {
  struct pending item = {.fd = message->socket, .target = -1, .call = *message->caller->call, .late = -EAGAIN, .done = sent > 0 ? (uint64_t)sent : 0};
  struct timeval patience = {0, 0};
  uint32_t size = sizeof patience;
  if (sys(__NR_getsockopt, message->socket, SOL_SOCKET, SO_SNDTIMEO, &patience, &size) == 0 && (patience.tv_sec || patience.tv_usec))
    item.deadline_ns = now_ns(1) + (uint64_t)patience.tv_sec * 1000000000u + (uint64_t)patience.tv_usec * 1000u;
  if (message->to) {
    item.target = peer->place.target;
    item.address_size = message->to_size;
    memcpy(item.address, message->to, message->to_size);
    item.by_ticks = true; /* there is room in the socket, and none at whom it is for */
  }
  if (message->as) item.identity = *message->as;
  if (message->routes || !keep_pending(PENDING_SEND, &item)) return false;
  message->socket = -1;
  if (message->to) peer->place.target = -1;
  return true;
}

/* 1: judged and to go on by itself (not enforcing). 0: *sent holds the outcome. -1: answered, nothing more to do. */
static int deal_with(struct message *message, long *sent) {
  struct peer peer;
  bool addressed = message->address && message->address_size;
  message->passed_count = 0;
  message->passes_more = message->routes = false;
  if (addressed) {
    long error = peer_read(message->caller, TO_SEND, message->address, message->address_size, &peer);
    if (!error && peer.family == AF_UNIX && *peer.target == '/' && peer.place.target < 0) error = -ENOENT;
    if (error) {
      peer_close(&peer);
      *sent = error;
      return message->enforce || message->not_held || (self.guard->traced && enforcing()) ? 0 : 1;
    }
    if (message->socket < 0) message->socket = caller_descriptor(message->caller, message->number);
    if (message->socket >= 0) peer_protocol(&peer, message->socket);
    else peer_protocol_by_name(&peer, message->caller, message->number);
    if (!peer.not_judged && !judge(message->caller, &peer.act, message->name, 0)) {
      peer_close(&peer);
      return -1;
    }
    if (message->not_held) {
      refuse(message->caller, &peer.act, message->name, NOT_HELD_WHY);
      peer_close(&peer);
      return -1;
    }
    if (peer.place.target >= 0) {
      struct text_path link = descriptor_path(peer.place.target);
      size_t length = strlen(link.bytes) + 1;
      memcpy(peer.bytes + sizeof(sa_family_t), link.bytes, length);
      peer.size = (uint32_t)(sizeof(sa_family_t) + length);
    }
  }
  int outcome = 1;
  long control = message->control_size ? message_copy_control(message) : 0;
  struct act route = {.kind = OR_SYSCALL, .program = message->caller->program, .target = SOURCE_ROUTE};
  if (message->routes && !judge(message->caller, &route, message->name, 0)) {
    message_close_passed(message);
    if (addressed) peer_close(&peer);
    return -1;
  }
  if (message->enforce) {
    message->as = NULL;
    message->to = addressed ? peer.bytes : NULL;
    message->to_size = addressed ? peer.size : 0;
    long error = message->vector_count > VECTORS_MAX ? -EMSGSIZE : message->flags & MSG_ZEROCOPY ? -ENOBUFS : 0;
    if (!error && addressed && peer.family == AF_UNIX && !(message->as = caller_identity(message->caller))) error = -EPERM;
    if (!error) error = control;
    if (error && message->passes_more) {
      message_close_passed(message);
      if (!addressed) return 1; /* it goes on by itself */
      refuse(message->caller, &peer.act, message->name, NOT_HELD_WHY);
      peer_close(&peer);
      return -1;
    }
    bool went = message->done && !message->stream; /* a datagram: all of it, and our predecessor died before it said so */
    *sent = error || went ? error : still_waiting(message->caller->call->id) ? message_send(message) : -EINTR;
    message_close_passed(message);
    if (message->done) *sent = (long)message->done + (*sent > 0 ? *sent : 0);
    if (self.guard->traced && message->blocked && *sent == -EAGAIN) outcome = 1; /* it waits in its own call */
    else outcome = message->blocked && message->may_be_kept && leave_to_keeper(message, &peer, *sent) ? -1 : 0;
  }
  if (outcome == 1 && addressed && self.guard->traced && enforcing() && message->caller->call->data.nr != __NR_sendmmsg) {
    traced_peer(message->caller, message->name, &peer, message->address, -1); /* it goes on, and is looked at afterwards */
    outcome = -1;
  }
  if (addressed) peer_close(&peer);
  return outcome;
}

void message_finish(struct message *message, long sent) {
  struct caller *caller = message->caller;
  if (sent == -EPIPE && !(message->flags & MSG_NOSIGNAL)) sys(__NR_tgkill, caller_process(caller), caller->tid, 13 /* SIGPIPE */);
  answer(caller->call->id, sent < 0 ? 0 : sent, sent < 0 ? (int32_t)sent : 0);
}

bool socket_is_stream(int socket, bool *stream) {
  int type = 0;
  uint32_t size = sizeof type;
  bool is_socket = sys(__NR_getsockopt, socket, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
  *stream = type == SOCK_STREAM;
  return is_socket;
}

static bool begin(struct message *message, struct caller *caller, const char *name, int number, uint32_t flags) {
  message->caller = caller;
  message->name = name;
  message->flags = flags;
  message->enforce = enforcing();
  message->not_held = false;
  message->number = number;
  message->socket = -1;
  message->stream = message->blocked = false;
  message->may_be_kept = true;
  unsigned own = worker_index();
  message->progress = own < WORKERS && caller->call->data.nr != __NR_sendmmsg ? &self.guard->workers[own].sent : NULL;
  message->done = message->progress ? atomic_load(message->progress) : 0;
  if (!message->enforce) return true; /* the socket is asked for when there is an address */
  message->socket = caller_descriptor(caller, number);
  if (message->socket == NOT_HELD) {
    message->not_held = !self.guard->traced;
    message->enforce = false;
    return true;
  }
  if (message->socket < 0) {
    answer(caller->call->id, 0, message->socket);
    return false;
  }
  if (!socket_is_stream(message->socket, &message->stream)) {
    close_fd(message->socket);
    answer(caller->call->id, 0, -ENOTSOCK);
    return false;
  }
  if (self.guard->traced && message->stream) message->enforce = false; /* of a stream the kernel takes no address */
  return true;
}

void message_read_arguments(struct message *message, const __u64 *args) {
  message->own = (struct iovec){(void *)(uintptr_t)args[1], args[2]};
  message->vectors = message->control = 0;
  message->vector_count = 1;
  message->control_size = 0;
  message->address = args[4];
  message->address_size = (uint32_t)args[5];
}

void handle_sendto(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  struct message message;
  if (!begin(&message, caller, name, (int)args[0], (uint32_t)args[3])) return;
  message_read_arguments(&message, args);
  long sent;
  int outcome = deal_with(&message, &sent);
  close_fd(message.socket);
  if (outcome == 1) answer_continue(caller->call->id);
  else if (outcome == 0) message_finish(&message, sent);
}

struct kernel_msghdr { /* as the kernel reads it: libc splits the sizes into an int and padding */
  uint64_t name;
  uint32_t name_size, padding;
  uint64_t vectors, vector_count, control, control_size;
  uint32_t flags, padding2;
};

bool message_read_header(struct message *message, uint64_t address) {
  struct kernel_msghdr header;
  if (caller_read(message->caller, address, &header, sizeof header) != sizeof header) return false;
  message->address = header.name;
  message->address_size = header.name_size;
  message->vectors = header.vectors;
  message->vector_count = header.vector_count > VECTORS_MAX ? VECTORS_MAX + 1 : (uint32_t)header.vector_count;
  message->control = header.control;
  message->control_size = message->control ? (header.control_size > CONTROL_MAX ? CONTROL_MAX + 1 : (uint32_t)header.control_size) : 0;
  if (!message->vectors) message->vector_count = 0;
  return true;
}

void handle_sendmsg(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  struct message message;
  if (!begin(&message, caller, name, (int)args[0], (uint32_t)args[2])) return;
  long sent = -EFAULT;
  int outcome = message_read_header(&message, args[1]) ? deal_with(&message, &sent) : 0;
  close_fd(message.socket);
  if (outcome == 1) answer_continue(caller->call->id);
  else if (outcome == 0) message_finish(&message, sent);
}

void handle_sendmmsg(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  struct message message;
  if (!begin(&message, caller, name, (int)args[0], (uint32_t)args[3])) return;
  uint32_t count = (uint32_t)args[2] < VECTORS_MAX ? (uint32_t)args[2] : VECTORS_MAX, done = 0;
  long sent = 0;
  int outcome = 0;
  for (; done < count; done++) {
    uint64_t header = args[1] + done * sizeof(struct mmsghdr);
    if (!message_read_header(&message, header)) {
      sent = -EFAULT;
      break;
    }
    message.may_be_kept = !done; /* later ones: fewer were sent than were asked for (sendmmsg(2)) */
    outcome = deal_with(&message, &sent);
    if (outcome < 0 || (outcome == 0 && sent < 0) || (outcome == 1 && message.enforce)) break;
    if (outcome == 0) {
      uint32_t length = (uint32_t)sent;
      caller_write(caller, header + offsetof(struct mmsghdr, msg_len), &length, sizeof length);
      if (message.blocked) {
        done++;
        break;
      }
    }
  }
  close_fd(message.socket);
  if (outcome < 0) return; /* one was stopped, and the call was answered with that */
  bool by_itself = message.enforce ? outcome == 1 && !done : !message.not_held || outcome == 1;
  if (by_itself) answer_continue(caller->call->id);
  else message_finish(&message, done ? (long)done : sent);
}
