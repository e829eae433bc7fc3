/* link.c: bytes in, bytes out, connections. */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "link.h"

#define OUTBOX_BYTES 1024u /* more than most heads have */

/* Room for streams that comes and goes with each exchange: one of each direction is kept, instead of mapped anew. */
static char *spare[2];

static char *room_take(void) {
  for (size_t i = 0; i < sizeof spare / sizeof *spare; i++) {
    char *room = spare[i];
    spare[i] = NULL;
    if (room) return room;
  }
  return malloc(STREAM_BYTES);
}

static void room_give(char *room) {
  for (size_t i = 0; i < sizeof spare / sizeof *spare && room; i++) {
    if (spare[i]) continue;
    spare[i] = room;
    return;
  }
  free(room);
}

bool stream_room(struct stream *stream) {
  if (!stream->data && !(stream->data = room_take())) return false;
  if (stream->start && stream->start == stream->end && stream->kept == NOT_KEPT)
    stream->start = stream->ready = stream->end = 0;
  if (stream->end == STREAM_BYTES && stream->start) {
    stream->kept = NOT_KEPT; /* too long to be said twice */
    memmove(stream->data, stream->data + stream->start, stream->end - stream->start);
    stream->ready -= stream->start;
    stream->end -= stream->start;
    stream->start = 0;
  }
  return stream->end < STREAM_BYTES;
}

void stream_rest(struct stream *stream) {
  if (stream->start != stream->end || stream->kept != NOT_KEPT) return;
  room_give(stream->data);
  *stream = (struct stream){.kept = NOT_KEPT};
}

bool end_receive(struct end *end, struct stream *stream) {
  if (!end->readable || end->connecting || !stream_room(stream)) return false;
  size_t room = STREAM_BYTES - stream->end;
  ssize_t got = recv(end->fd, stream->data + stream->end, room, 0);
  if (got < 0 && errno == EINTR) return true;
  if (got < 0 && errno == EAGAIN) {
    end->readable = false;
    return false;
  }
  if (got <= 0) {
    end->readable = false;
    end->gone = true;
    return true;
  }
  if ((size_t)got < room && !end->gone) end->readable = false; /* drained: the next byte is a new edge */
  stream->end += (uint32_t)got;
  return true;
}

#define USUAL_EVENTS (EPOLLIN | EPOLLRDHUP | EPOLLET)

bool end_watch(struct end *end) {
  end->told_when_writable = end->connecting;
  end->writable = !end->connecting; /* until it turns out otherwise */
  return worker_watch(end->fd, USUAL_EVENTS | (end->connecting ? EPOLLOUT : 0), &end->source);
}

/* The other side does not take more. To ask for the event tells it, too, if that has changed meanwhile. */
static bool wait_until_writable(struct end *end) {
  end->writable = false;
  if (end->told_when_writable) return true;
  return end->told_when_writable = worker_watch_for(end->fd, USUAL_EVENTS | EPOLLOUT, &end->source);
}

bool end_send(struct end *end, struct outbox *first, struct stream *then, uint64_t *counted, bool *broken) {
  struct iovec parts[2] = {{first->data ? first->data + first->sent : NULL, first->size - first->sent},
                           {then->data ? then->data + then->start : NULL, then->ready - then->start}};
  if (!end->writable || parts[0].iov_len + parts[1].iov_len == 0) return false;
  bool has_first = parts[0].iov_len > 0;
  struct msghdr message = {.msg_iov = has_first ? parts : parts + 1,
                           .msg_iovlen = has_first && parts[1].iov_len ? 2 : 1};
  ssize_t sent = sendmsg(end->fd, &message, MSG_NOSIGNAL);
  if (sent < 0 && errno == EINTR) return true;
  if (sent < 0) {
    *broken = errno != EAGAIN || !wait_until_writable(end);
    return *broken;
  }
  size_t of_first = (size_t)sent < parts[0].iov_len ? (size_t)sent : parts[0].iov_len;
  first->sent += of_first;
  then->start += (uint32_t)((size_t)sent - of_first);
  *counted += (size_t)sent - of_first;
  if (has_first && first->sent == first->size) outbox_clear(first);
  return true;
}

bool outbox_add(struct outbox *out, const char *bytes, size_t size) {
  if (out->size + size > out->room) { /* a head comes in many pieces */
    size_t room = out->room ? 2 * out->room : OUTBOX_BYTES;
    if (room < out->size + size) room = out->size + size;
    char *more = realloc(out->data, room);
    if (!more) return false;
    out->data = more;
    out->room = room;
  }
  memcpy(out->data + out->size, bytes, size);
  out->size += size;
  return true;
}

void outbox_clear(struct outbox *out) {
  free(out->data);
  *out = (struct outbox){0};
}

bool server_alive(struct link *link) {
  char byte;
  if (link->server.fd < 0 || link->server.gone) return false;
  return recv(link->server.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
         errno == EAGAIN; /* bytes nobody asked for: no */
}

bool server_connect(struct link *link) {
  struct end *end = &link->server;
  server_close(link);
  int fd = socket(settings.api.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;
  if (fd < 0) return false;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  int result = connect(fd, (struct sockaddr *)&settings.api, settings.api_size);
  if (result && errno != EINPROGRESS) {
    close(fd);
    return false;
  }
  *end = (struct end){
      .source = {end_ready}, .link = link, .fd = fd, .connecting = result != 0};
  if (!end_watch(end)) {
    server_close(link);
    return false;
  }
  link->reused = false;
  return true;
}

void server_close(struct link *link) {
  if (link->server.fd >= 0) close(link->server.fd);
  link->server = (struct end){.source = {end_ready}, .link = link, .fd = -1};
}

void link_kill(struct link *link) {
  server_close(link);
  if (link->client.fd >= 0) close(link->client.fd);
  link->client.fd = -1;
  link->state = LINK_DEAD;
  room_give(link->up.data);
  room_give(link->down.data);
  link->up = link->down = (struct stream){.kept = NOT_KEPT};
  outbox_clear(&link->to_server);
  outbox_clear(&link->to_client);
  outbox_clear(&link->request);
  hold_free(link);
}
