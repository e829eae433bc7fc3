/* link.h: one connection of the runtime to the proxy, and the one to the platform that belongs to it. Nothing is shared
 * between two links, so what one client does can hold up no other. */
#ifndef OUTRIDER_LINK_H
#define OUTRIDER_LINK_H
#include <sys/uio.h>

#include "extension.h"
#include "http_parse.h"
#include "shapes.h"
#include "worker.h"

#define STREAM_BYTES (64u << 10) /* each direction: what is on its way at most; only while something is */
#define LINKS_MAX 128u /* Managed Instances start 64 processes at most */
#define EVENT_HELD_MAX (8u << 20) /* events have 6 MB; what is larger is not held back to be looked at */

enum route { ROUTE_OTHER, ROUTE_NEXT, ROUTE_RESPONSE, ROUTE_ERROR, ROUTE_INIT_ERROR, ROUTE_RESTORE, ROUTE_REGISTER };

struct stream {
  char *data; /* STREAM_BYTES, or NULL while there is nothing */
  uint32_t start, ready, end; /* next to send, understood up to, received up to */
  uint32_t kept; /* of a request, sent already but kept to be sent again: from here; NOT_KEPT */
};
#define NOT_KEPT UINT32_MAX

struct outbox { /* bytes of our own making that go before the stream's */
  char *data;
  size_t size, sent, room;
};

struct end {
  struct source source;
  struct link *link;
  int fd;
  bool readable, writable; /* as far as is known: edges said so and no EAGAIN since */
  bool gone; /* the other side has closed, or half closed */
  bool connecting;
  bool told_when_writable; /* else EPOLLOUT is not asked for: each would wake us for nothing */
};

enum link_state { LINK_AWAITING, LINK_EXCHANGING, LINK_LINGERING, LINK_DEAD };
enum answer_mode { ANSWER_HEAD, ANSWER_PASS, ANSWER_UNCHUNK, ANSWER_HOLD, ANSWER_IGNORE, ANSWER_OURS };

struct link {
  struct end client, server;
  enum link_state state;
  struct stream up, down;
  struct outbox to_server, to_client;
  size_t up_scanned, down_scanned;
  struct body request_body, answer_body;
  enum route route;
  char id[64]; /* of the invocation that the request's path names */
  bool head_only, old_client, close_client, close_server;
  bool reused; /* the server connection has served before: it may have died of age */
  bool upstream_refuses; /* the platform takes no more of this request's body */
  bool refusing; /* the request on its way is ours: it tells the platform that the event was refused */
  enum answer_mode mode;
  int status;
  uint64_t sent_up, sent_down; /* payload and framing of the body */
  uint64_t lingered;
  bool poll; /* no body: who does not wait for the answer any more does not want it asked */
  struct outbox request; /* its head, to ask again: after a refusal, or on a fresh connection */
  char *held; /* the event, while it is looked at */
  size_t held_size, held_room, held_sent;
  char *held_head; /* head of the answer that brought it, NUL-terminated */
  size_t held_head_size;
  struct link *next, *again;
  bool in_again;
  uint64_t used_ns; /* last time something happened */
};

/* link.c: memory, descriptors, bytes */
void end_ready(struct source *source, uint32_t events);
bool stream_room(struct stream *stream); /* makes room for receiving; false: full */
void stream_rest(struct stream *stream); /* gives memory back when nothing is in it */
bool end_watch(struct end *end); /* false: it cannot be */
bool end_receive(struct end *end, struct stream *stream); /* true: something came, or the other side is gone */
/* Sends the outbox, then the stream's understood bytes. True: something went. Sets *broken when the other side is gone.
 */
bool end_send(struct end *end, struct outbox *first, struct stream *then, uint64_t *counted, bool *broken);
bool outbox_add(struct outbox *out, const char *bytes, size_t size);
void outbox_clear(struct outbox *out);
bool server_connect(struct link *link);
bool server_alive(struct link *link); /* idle and still open */
void server_close(struct link *link);
void link_kill(struct link *link);

/* exchange.c: one request and its answer */
bool exchange_begin(struct link *link); /* looks for a request; true: something changed */
bool exchange_up(struct link *link);
bool exchange_down(struct link *link);
void exchange_answer(struct link *link, int status, const char *reason,
                     const char *body); /* our own, and the end of the link */
void exchange_again(struct link *link); /* sends link->request once more */

/* head_rewrite.c */
bool head_to_server(const struct head *head, struct outbox *out);
bool head_to_client(const struct head *head, const struct link *link, struct outbox *out);
/* With another framing: a length instead of what the head says. */
bool head_with_length(const struct head *head, const struct link *link, uint64_t length, struct outbox *out);
enum route route_of(const struct head *head, char id[64]);

/* hold.c: an event is held back until it has been looked at */
bool hold_begin(struct link *link, const struct head *head);
bool hold_add(struct link *link, const char *bytes, size_t size);
void hold_decide(struct link *link); /* complete: on to the runtime, or refused */
void hold_free(struct link *link);

/* proxy.c */
bool proxy_start(int listener);
void proxy_step(struct link *link);
bool proxy_busy(void); /* some link has more to do at once */
void proxy_turn(void); /* do it; and bury the dead */
unsigned proxy_links(void);

/* invocation.c: what the proxy tells the rest of the worker */
void invocation_asked(void); /* the runtime asks for the next event */
/* An event came. True: the runtime may have it; false: `why` says for whom it is refused. Not yet the runtime's. */
bool invocation_judge(const char *id, const char *event, size_t size, uint64_t announced, char why[160]);
void invocation_starts(const struct head *head, uint64_t size);
void invocation_ends(const struct link *link);
bool invocation_may_register(const struct head *head);

#endif
