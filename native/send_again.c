/* send_again.c: what send.c left to the keeper, tried again, until there is room, its time is over, or a signal came. */
#include "send.h"

static uint32_t flags_of(const struct pending *slot) { return (uint32_t)slot->call.data.args[slot->call.data.nr == __NR_sendmsg ? 2 : 3]; }

/* Of sendmmsg only the first message is ever kept. */
void send_settle(const struct pending *slot, long sent) {
  struct caller caller = {.call = &slot->call, .tid = (int32_t)slot->call.pid};
  const __u64 *args = slot->call.data.args;
  struct message message = {.caller = &caller, .flags = flags_of(slot)};
  bool many = slot->call.data.nr == __NR_sendmmsg;
  uint32_t length = (uint32_t)sent;
  if (many && sent >= 0 && still_waiting(slot->call.id))
    caller_write(&caller, args[1] + offsetof(struct mmsghdr, msg_len), &length, sizeof length);
  message_finish(&message, many && sent >= 0 ? 1 : sent);
}

bool send_again(struct pending *slot) {
  struct caller caller;
  const __u64 *args = slot->call.data.args;
  struct message message = {.caller = &caller, .socket = slot->fd, .enforce = true, .done = atomic_load(&slot->done), .progress = &slot->done, .flags = flags_of(slot)};
  caller_begin(&caller, &slot->call);
  long sent = 0;
  if (slot->call.data.nr == __NR_sendto) message_read_arguments(&message, args);
  else if (!message_read_header(&message, args[1])) sent = -EFAULT;
  if (!sent && message.vector_count > VECTORS_MAX) sent = -EMSGSIZE;
  socket_is_stream(slot->fd, &message.stream);
  message.to = slot->address_size ? slot->address : NULL; /* as judged, whatever memory says by now */
  message.to_size = slot->address_size;
  message.as = message.to && ((const struct sockaddr *)(const void *)slot->address)->sa_family == AF_UNIX ? &slot->identity : NULL;
  if (message.done) message.control_size = 0; /* went with the first */
  if (!sent && message.control_size) sent = message_copy_control(&message);
  if (!sent && message.routes) sent = -EPERM; /* since it was judged */
  if (!sent) sent = still_waiting(slot->call.id) ? message_send(&message) : -EINTR;
  message_close_passed(&message);
  if (message.blocked && sent <= 0) slot->by_ticks = true; /* it was said to have room */
  if (message.blocked) return false;
  send_settle(slot, atomic_load(&slot->done) ? (long)atomic_load(&slot->done) : sent);
  return true;
}

bool send_take_over(struct pending *slot) {
  struct caller caller;
  caller_begin(&caller, &slot->call);
  slot->fd = caller_descriptor(&caller, (int)slot->call.data.args[0]);
  slot->target = -1;
  slot->watched = false;
  return slot->fd >= 0;
}
