/* hold.c: an event is held back until it is complete and has been looked at. One that is refused is never shown to the
 * runtime: the platform is told so in its name, and asked for the next. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "link.h"

#define HELD_STEP (64u << 10)

static const char request_id[] = "lambda-runtime-aws-request-id";

static char *spare; /* HELD_STEP bytes: of the usual event, for the next one */

/* Large events get pages of their own, which go back to the system. */
static bool make_room(struct link *link, size_t wanted) {
  if (wanted <= link->held_room) return true;
  size_t room = (wanted + HELD_STEP - 1) & ~(size_t)(HELD_STEP - 1);
  if (!link->held && room == HELD_STEP && spare) {
    link->held = spare;
    link->held_room = room;
    spare = NULL;
    return true;
  }
  void *more = link->held ? mremap(link->held, link->held_room, room, MREMAP_MAYMOVE)
                          : mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (more == MAP_FAILED) return false;
  link->held = more;
  link->held_room = room;
  return true;
}

void hold_free(struct link *link) {
  if (link->held && link->held_room == HELD_STEP && !spare) spare = link->held;
  else if (link->held) munmap(link->held, link->held_room);
  free(link->held_head);
  link->held = link->held_head = NULL;
  link->held_size = link->held_room = link->held_sent = link->held_head_size = 0;
}

static bool take_id(const struct head *head, char id[64]) {
  struct slice value = http_header(head, request_id);
  if (value.size == 0 || value.size > 63) return false;
  for (size_t i = 0; i < value.size; i++) {
    char c = value.at[i];
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_'))
      return false;
  }
  memcpy(id, value.at, value.size);
  id[value.size] = 0;
  return true;
}

/* Tells the platform, in the runtime's place. The event is not quoted: it may hold anything. */
static void refuse(struct link *link, const char *why) {
  char body[320], head[640];
  int size = snprintf(body, sizeof body,
                      "{\"errorMessage\":\"the event was refused by policy: "
                      "%s\",\"errorType\":\"Outrider.EventRefused\",\"stackTrace\":[]}",
                      why);
  int head_size = snprintf(head, sizeof head,
                           "POST /2018-06-01/runtime/invocation/%s/error HTTP/1.1\r\nHost: %s\r\n"
                           "Content-Type: application/vnd.aws.lambda.error+json\r\n"
                           "Lambda-Runtime-Function-Error-Type: Outrider.EventRefused\r\nContent-Length: %d\r\n\r\n",
                           link->id, settings.api_text, size);
  hold_free(link);
  link->down.start = link->down.ready = link->down.end = 0;
  server_close(link); /* a kept connection may just be dying, and a refusal must not be lost with it */
  link->refusing = true;
  link->mode = ANSWER_HEAD;
  link->down_scanned = 0;
  outbox_clear(&link->to_server);
  if (size >= (int)sizeof body || head_size >= (int)sizeof head ||
      !outbox_add(&link->to_server, head, (size_t)head_size) || !outbox_add(&link->to_server, body, (size_t)size)) {
    link_kill(link);
    return;
  }
  if (!server_connect(link)) exchange_answer(link, 502, "Bad Gateway", "{\"errorType\":\"Outrider.Gateway\"}");
}

/* True: the rest is done here. False: the answer passes as any other. */
bool hold_begin(struct link *link, const struct head *head) {
  char why[160];
  if (!take_id(head, link->id)) return false;
  bool large = head->has_length && head->length > EVENT_HELD_MAX;
  if (large && !invocation_judge(link->id, NULL, 0, head->length, why)) {
    refuse(link, why);
    return true;
  }
  if (large) {
    invocation_starts(head, head->length);
    return false;
  }
  link->held_head = malloc(head->size);
  if (!link->held_head || !make_room(link, head->has_length && head->length ? (size_t)head->length : 1)) {
    hold_free(link);
    invocation_starts(head, head->has_length ? head->length : 0); /* no memory: watched only */
    return false;
  }
  memcpy(link->held_head, head->status_line.at, head->size);
  link->held_head_size = head->size;
  link->mode = ANSWER_HOLD;
  return true;
}

bool hold_add(struct link *link, const char *bytes, size_t size) {
  if (size == 0) return true;
  if (link->held_size + size > EVENT_HELD_MAX || !make_room(link, link->held_size + size)) return false;
  memcpy(link->held + link->held_size, bytes, size);
  link->held_size += size;
  return true;
}

void hold_decide(struct link *link) {
  struct head head;
  const char *wrong;
  size_t scanned = 0;
  char why[160];
  if (!invocation_judge(link->id, link->held, link->held_size, link->held_size, why)) {
    refuse(link, why);
    return;
  }
  http_response(link->held_head, link->held_head_size, &scanned, &head, &wrong); /* it has been read before */
  invocation_starts(&head, link->held_size);
  link->mode = ANSWER_PASS;
  if (!head_with_length(&head, link, link->held_size, &link->to_client)) link_kill(link);
}
