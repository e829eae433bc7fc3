/* exchange.c: one request and its answer. Bodies pass as they are, chunk by chunk, once they have been understood. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "link.h"

void exchange_answer(struct link *link, int status, const char *reason, const char *body) {
  char text[768];
  int size = snprintf(
      text, sizeof text,
      "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", status,
      reason, strlen(body), link->head_only ? "" : body);
  server_close(link);
  outbox_clear(&link->to_server);
  outbox_clear(&link->to_client);
  link->up.kept = NOT_KEPT;
  link->down.start = link->down.ready = link->down.end = 0;
  link->state = LINK_EXCHANGING;
  link->mode = ANSWER_OURS;
  link->close_client = true;
  link->answer_body.done = true;
  if (size < 0 || (size_t)size >= sizeof text || !outbox_add(&link->to_client, text, (size_t)size)) link_kill(link);
}

static void bad_gateway(struct link *link, const char *why) {
  char body[256];
  snprintf(body, sizeof body, "{\"errorMessage\":\"%s\",\"errorType\":\"Outrider.Gateway\"}", why);
  exchange_answer(link, 502, "Bad Gateway", body);
}

static void bad_request(struct link *link, const char *why) {
  char body[256];
  snprintf(body, sizeof body, "{\"errorMessage\":\"%s\",\"errorType\":\"Outrider.BadRequest\"}", why);
  exchange_answer(link, 400, "Bad Request", body);
}

static bool server_ready(struct link *link) {
  if (server_alive(link)) {
    link->reused = true;
    return true;
  }
  return server_connect(link);
}

static void send_request(struct link *link) {
  link->mode = ANSWER_HEAD;
  link->down_scanned = 0;
  if (!server_ready(link)) bad_gateway(link, "the Runtime API cannot be reached");
}

void exchange_again(struct link *link) {
  outbox_clear(&link->to_server);
  link->down.start = link->down.ready = link->down.end = 0;
  if (link->up.kept != NOT_KEPT) link->up.start = link->up.kept;
  link->upstream_refuses = false;
  if (!outbox_add(&link->to_server, link->request.data, link->request.size)) link_kill(link);
  else send_request(link);
}

static void begin(struct link *link, const struct head *head) {
  link->state = LINK_EXCHANGING;
  link->head_only = slice_is(head->method, "HEAD");
  link->old_client = head->minor == 0;
  link->close_client = head->close || (link->old_client && !head->keep_alive);
  link->close_server = link->upstream_refuses = link->refusing = false;
  link->sent_up = link->sent_down = 0;
  link->status = 0;
  link->id[0] = 0;
  link->route = route_of(head, link->id);
  body_of_request(&link->request_body, head);
  outbox_clear(&link->request);
  if (link->route == ROUTE_NEXT) invocation_asked();
  if (link->route == ROUTE_REGISTER && !invocation_may_register(head)) {
    exchange_answer(link, 403, "Forbidden",
                    "{\"errorMessage\":\"refused by policy\",\"errorType\":\"Outrider.Refused\"}");
    return;
  }
  bool ok = head_to_server(head, &link->to_server);
  link->poll = link->request_body.done && (slice_is(head->method, "GET") || link->head_only);
  if (ok) ok = outbox_add(&link->request, link->to_server.data, link->to_server.size);
  if (ok) send_request(link);
  else link_kill(link);
}

bool exchange_begin(struct link *link) {
  struct stream *up = &link->up;
  const char *wrong;
  struct head head;
  if (link->server.gone) server_close(link);
  bool came = end_receive(&link->client, up);
  while (up->end - up->start >= 2 && memcmp(up->data + up->start, "\r\n", 2) == 0)
    up->start += 2, link->up_scanned = 0; /* RFC 9112 2.2 */
  if (up->start == up->end) {
    if (link->client.gone && !link->client.readable) link_kill(link);
    else stream_rest(up);
    return came;
  }
  if (!came && link->up_scanned == up->end - up->start) return false;
  enum parsed parsed = http_request(up->data + up->start, up->end - up->start, &link->up_scanned, &head, &wrong);
  if (parsed == HTTP_MORE) {
    if (link->client.gone && !link->client.readable) link_kill(link);
    return came;
  }
  link->up_scanned = 0;
  link->used_ns = now_steady();
  if (parsed == HTTP_BAD) {
    up->start = up->ready = up->end;
    link->head_only = false;
    link->request_body = (struct body){.done = false};
    bad_request(link, wrong);
    return true;
  }
  begin(link, &head);
  up->start += (uint32_t)head.size;
  up->ready = up->start;
  if (link->state == LINK_EXCHANGING && !link->request_body.done) up->kept = up->start;
  return true;
}

/* Finds how far the bytes received belong to the body. False: they cannot be one. */
static bool understand_up(struct link *link) {
  struct stream *up = &link->up;
  while (up->ready < up->end && !link->request_body.done) {
    struct slice payload;
    up->ready += (uint32_t)body_take(&link->request_body, up->data + up->ready, up->end - up->ready, &payload);
    if (link->request_body.bad) return false;
  }
  return true;
}

bool exchange_up(struct link *link) {
  struct stream *up = &link->up;
  bool moved = false, broken = false;
  if (link->mode == ANSWER_OURS) return false;
  if (!link->request_body.done) {
    moved = end_receive(&link->client, up);
    if (!understand_up(link)) {
      if (link->mode == ANSWER_HEAD) bad_request(link, "a body that is not what its head says");
      else link_kill(link);
      return true;
    }
    if (!link->request_body.done && link->client.gone && !link->client.readable) {
      link_kill(link);
      return true;
    }
  }
  if (link->upstream_refuses) up->start = up->ready;
  else if (!link->server.connecting) moved |= end_send(&link->server, &link->to_server, up, &link->sent_up, &broken);
  if (broken) {
    link->upstream_refuses = true; /* it may have said why: the answer is still read */
    outbox_clear(&link->to_server);
  }
  bool sent = link->request_body.done && !link->to_server.data && up->start == up->ready;
  if (sent) stream_rest(up);
  /* Nobody waits for the answer of a poll any more: the platform must not hand it an event. */
  if (sent && link->client.gone && link->poll && link->mode == ANSWER_HEAD && !link->refusing) {
    link_kill(link);
    return true;
  }
  return moved;
}

/* The platform has closed before its answer was complete. */
static void answer_lost(struct link *link) {
  bool nothing_yet = link->mode == ANSWER_HEAD && link->down.end == link->down.start && !link->to_client.data;
  bool can_repeat = link->poll || link->up.kept != NOT_KEPT;
  if (nothing_yet && link->reused && can_repeat && !link->refusing) {
    server_close(link);
    exchange_again(link);
  } else if (link->refusing) {
    server_close(link);
    link->refusing = false;
    exchange_again(link);
  } else if ((link->mode == ANSWER_HEAD && !link->to_client.data) || link->mode == ANSWER_HOLD) {
    hold_free(link);
    bad_gateway(link, "the Runtime API closed the connection");
  } else {
    link_kill(link);
  }
}

static void answer_begins(struct link *link, const struct head *head) {
  link->status = head->status;
  link->up.kept = NOT_KEPT;
  body_of_response(&link->answer_body, head, link->head_only && !link->refusing);
  link->close_server = head->close || head->minor == 0 || link->answer_body.kind == BODY_TO_CLOSE ||
                       link->upstream_refuses;
  link->mode = ANSWER_PASS;
  if (link->refusing) {
    link->mode = ANSWER_IGNORE;
    return;
  }
  if (!link->request_body.done || link->answer_body.kind == BODY_TO_CLOSE) link->close_client = true;
  if (link->route == ROUTE_NEXT && head->status == 200 && hold_begin(link, head)) return;
  if (link->old_client && head->chunked) {
    link->mode = ANSWER_UNCHUNK;
    link->close_client = true;
  }
  if (!head_to_client(head, link, &link->to_client)) link_kill(link);
}

static bool take_answer_head(struct link *link) {
  struct stream *down = &link->down;
  const char *wrong;
  struct head head;
  bool came = end_receive(&link->server, down);
  if (down->start == down->end || (!came && link->down_scanned == down->end - down->start)) {
    if (link->server.gone && !link->server.readable) answer_lost(link);
    else return came;
    return true;
  }
  enum parsed parsed = http_response(down->data + down->start, down->end - down->start, &link->down_scanned, &head,
                                     &wrong);
  if (parsed == HTTP_MORE) {
    if (link->server.gone && !link->server.readable) answer_lost(link);
    return came;
  }
  link->down_scanned = 0;
  if (parsed == HTTP_BAD || head.status == 101) {
    bad_gateway(link, parsed == HTTP_BAD ? wrong : "the Runtime API changes the protocol");
    return true;
  }
  uint32_t size = (uint32_t)head.size;
  if (head.status >= 200) {
    answer_begins(link, &head);
  } else if (!link->old_client && !link->refusing && !head_to_client(&head, link, &link->to_client)) {
    link_kill(link);
  }
  if (link->state == LINK_DEAD || link->mode == ANSWER_OURS || (head.status >= 200 && link->mode == ANSWER_HEAD))
    return true;
  down->start += size;
  down->ready = down->start;
  return true;
}

/* One run of the body, by what is done with it. False: it cannot go on. */
static bool pass_down(struct link *link, size_t taken, struct slice payload) {
  struct stream *down = &link->down;
  switch (link->mode) {
    case ANSWER_UNCHUNK:
      memmove(down->data + down->ready, payload.at, payload.size);
      memmove(down->data + down->ready + payload.size, down->data + down->ready + taken,
              down->end - down->ready - taken);
      down->end -= (uint32_t)(taken - payload.size);
      down->ready += (uint32_t)payload.size;
      return true;
    case ANSWER_PASS: down->ready += (uint32_t)taken; return true;
    default:
      if (link->mode == ANSWER_HOLD && !hold_add(link, payload.at, payload.size)) return false;
      down->start = down->ready += (uint32_t)taken;
      return true;
  }
}

static bool understand_down(struct link *link) {
  struct stream *down = &link->down;
  while (down->ready < down->end && !link->answer_body.done) {
    struct slice payload;
    size_t taken = body_take(&link->answer_body, down->data + down->ready, down->end - down->ready, &payload);
    if (link->answer_body.bad || !pass_down(link, taken, payload)) return false;
  }
  if (link->server.gone && !link->server.readable && link->answer_body.kind == BODY_TO_CLOSE)
    link->answer_body.done = true;
  return true;
}

static void finish(struct link *link) {
  struct stream *down = &link->down;
  if (link->close_server || link->server.gone || down->end != down->ready) server_close(link);
  down->start = down->ready = down->end = 0;
  stream_rest(down);
  if (link->refusing) {
    link->refusing = false;
    exchange_again(link);
    return;
  }
  shared->bytes_up += link->sent_up;
  shared->bytes_down += link->sent_down;
  if (link->mode != ANSWER_OURS) invocation_ends(link);
  hold_free(link);
  if (!link->close_client && link->request_body.done) {
    outbox_clear(&link->request);
    link->state = LINK_AWAITING;
    return;
  }
  if (link->request_body.done && link->up.end == link->up.ready) {
    link_kill(link);
    return;
  }
  /* To close with something unread would reset the connection and take our answer with it. */
  server_close(link);
  shutdown(link->client.fd, SHUT_WR);
  link->state = LINK_LINGERING;
  link->used_ns = now_steady();
}

/* What was held back goes out as if it were a stream's. */
static bool send_held(struct link *link, bool *broken) {
  struct stream rest = {link->held, (uint32_t)link->held_sent, (uint32_t)link->held_size, (uint32_t)link->held_size,
                        NOT_KEPT};
  bool moved = end_send(&link->client, &link->to_client, &rest, &link->sent_down, broken);
  link->held_sent = rest.start;
  return moved;
}

bool exchange_down(struct link *link) {
  struct stream *down = &link->down;
  bool moved = false, broken = false;
  if (link->mode == ANSWER_HEAD) {
    if (link->server.connecting) return false;
    moved = take_answer_head(link);
    if (link->state != LINK_EXCHANGING || link->server.connecting) return moved;
  }
  bool body = link->mode != ANSWER_HEAD && link->mode != ANSWER_OURS;
  if (body && !link->answer_body.done) {
    moved |= end_receive(&link->server, down);
    if (!understand_down(link)) {
      link_kill(link);
      return true;
    }
    if (!link->answer_body.done && link->server.gone && !link->server.readable && down->start == down->ready) {
      answer_lost(link);
      return true;
    }
  }
  if (link->mode == ANSWER_HOLD && link->answer_body.done) {
    hold_decide(link);
    return true;
  }
  moved |= link->held && link->mode == ANSWER_PASS
               ? send_held(link, &broken)
               : end_send(&link->client, &link->to_client, down, &link->sent_down, &broken);
  if (broken) {
    link_kill(link);
    return true;
  }
  bool flushed = !link->to_client.data && down->start == down->ready && link->held_sent == link->held_size;
  if (link->mode != ANSWER_HEAD && link->answer_body.done && flushed) {
    finish(link);
    return true;
  }
  return moved;
}
