/* proxy.c: the links, their turns, their end. */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "link.h"

#define STEPS_A_TURN 32 /* of 64 KiB: then another link has its turn */
#define LINGER_NS 2000000000u
#define LINGER_BYTES (8u << 20)

static struct link *links, *again;
static unsigned link_count;
static struct {
  struct source source;
  int fd;
  bool waiting; /* there may be somebody in the backlog */
} door = {.fd = -1};

unsigned proxy_links(void) { return link_count; }

bool proxy_busy(void) { return again != NULL; }

static void turn_later(struct link *link) {
  if (link->in_again) return;
  link->in_again = true;
  link->again = again;
  again = link;
}

/* Only notes what is known of the descriptor. The step comes when all events of one wait have been noted, so that none
 * of them is taken for one of a descriptor opened since. */
void end_ready(struct source *source, uint32_t events) {
  struct end *end = (struct end *)source;
  if (end->fd < 0) return;
  if (end->connecting && events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) {
    int error = 0;
    socklen_t size = sizeof error;
    end->connecting = false;
    if (getsockopt(end->fd, SOL_SOCKET, SO_ERROR, &error, &size) || error) {
      end->gone = true;
      turn_later(end->link);
      return;
    }
  }
  if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) end->readable = true;
  if (events & EPOLLOUT) end->writable = true;
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) end->gone = true;
  turn_later(end->link);
}

/* Room for another client: the longest idle one goes. */
static bool make_room(void) {
  struct link *oldest = NULL;
  if (link_count < LINKS_MAX) return true;
  for (struct link *link = links; link; link = link->next)
    if (link->state == LINK_AWAITING && !link->up.data && (!oldest || link->used_ns < oldest->used_ns)) oldest = link;
  if (!oldest) return false;
  link_kill(oldest);
  turn_later(oldest);
  return true;
}

static void welcome(int fd) {
  int one = 1;
  struct link *link = calloc(1, sizeof *link);
  if (!link) {
    close(fd);
    return;
  }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  link->client = (struct end){.source = {end_ready}, .link = link, .fd = fd};
  link->server = (struct end){.source = {end_ready}, .link = link, .fd = -1};
  link->up.kept = link->down.kept = NOT_KEPT;
  link->used_ns = now_steady();
  link->next = links;
  links = link;
  link_count++;
  shared->connections++;
  if (end_watch(&link->client)) return;
  link_kill(link);
  turn_later(link);
}

static void let_in(void) {
  while (door.waiting && make_room()) {
    int fd = accept4(door.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) welcome(fd);
    else if (errno != EINTR && errno != ECONNABORTED) door.waiting = false; /* EMFILE: until the next one knocks */
  }
}

static void knocked(struct source *source, uint32_t events) {
  (void)source, (void)events;
  door.waiting = true;
}

bool proxy_start(int listener) {
  door.source.ready = knocked;
  door.fd = listener;
  door.waiting = true; /* whoever came while there was no worker */
  return worker_watch(listener, EPOLLIN | EPOLLET, &door.source);
}

static bool linger(struct link *link) {
  bool came = end_receive(&link->client, &link->up);
  link->lingered += link->up.end - link->up.start;
  link->up.start = link->up.ready = link->up.end;
  if ((link->client.gone && !link->client.readable) || link->lingered > LINGER_BYTES) link_kill(link);
  return came;
}

void proxy_step(struct link *link) {
  for (int step = 0; step < STEPS_A_TURN; step++) {
    bool moved = false;
    switch (link->state) {
      case LINK_AWAITING: moved = exchange_begin(link); break;
      case LINK_EXCHANGING:
        moved = exchange_up(link);
        if (link->state == LINK_EXCHANGING) moved |= exchange_down(link);
        break;
      case LINK_LINGERING: moved = linger(link); break;
      default: return;
    }
    if (!moved) return;
  }
  turn_later(link);
}

static void bury(void) {
  uint64_t now = now_steady();
  for (struct link **at = &links, *link; (link = *at);) {
    if (link->state == LINK_LINGERING && now - link->used_ns > LINGER_NS) link_kill(link);
    if (link->state != LINK_DEAD || link->in_again) {
      at = &link->next;
      continue;
    }
    *at = link->next;
    link_count--;
    free(link);
  }
}

void proxy_turn(void) {
  struct link *now = again;
  again = NULL;
  let_in();
  while (now) {
    struct link *link = now;
    now = link->again;
    link->in_again = false;
    proxy_step(link);
  }
  bury();
  if (door.waiting) let_in(); /* somebody may have gone */
}
