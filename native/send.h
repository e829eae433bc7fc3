/* send.h: a message on its way, between send.c, which judges it, and send_again.c, where it waits for room. */
#ifndef OUTRIDER_SEND_H
#define OUTRIDER_SEND_H
#include <sys/socket.h>
#include <sys/uio.h>

#include "peer.h"
#include "traps.h"

#define PASSED_MAX 253u
#define VECTORS_MAX 1024u    /* UIO_MAXIOV */
#define CONTROL_MAX 2048u    /* of a message's control data: more than 253 descriptors (SCM_MAX_FD) */
struct message {
  struct caller *caller;
  const char *name;
  int number, socket; /* the caller's descriptor, our duplicate */
  uint32_t flags;
  uint64_t address, vectors, control; /* the caller's pointers */
  uint32_t address_size, vector_count, control_size;
  struct iovec own; /* sendto's one buffer, when `vectors` is 0 */
  bool enforce, stream;
  bool passes_more; /* descriptors that cannot be duplicated */
  bool routes; /* its control data says by way of whom it goes */
  bool not_held; /* the socket: what names an address is refused, the rest goes on by itself */
  bool may_be_kept; /* when there is no room it can be left to the keeper */
  bool blocked;     /* there was none */
  uint64_t done;        /* bytes of a stream that went before this try */
  _Atomic uint64_t *progress; /* in shared memory, for whoever takes over: bytes that went; NULL: not kept */
  const uint8_t *to; /* the address as judged; NULL: none */
  uint32_t to_size;
  const struct identity *as; /* NULL: it does not matter as whom it is sent */
  int passed[PASSED_MAX];
  unsigned passed_count;
  _Alignas(struct cmsghdr) uint8_t control_copy[CONTROL_MAX];
};

bool socket_is_stream(int socket, bool *stream); /* false: it is no socket */
void message_read_arguments(struct message *message, const __u64 *args); /* of sendto */
bool message_read_header(struct message *message, uint64_t address);
/* Our numbers in place of the caller's descriptors, when enforcing; sets `routes`. 0 or -errno; then message_close_passed() in any case. */
long message_copy_control(struct message *message);
void message_close_passed(struct message *message);
/* What is left of it, without waiting: bytes or -errno; then `blocked` says whether it would have waited. */
long message_send(struct message *message);
void message_finish(struct message *message, long sent); /* answers the call */

#endif
