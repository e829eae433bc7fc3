/* head_rewrite.c: heads on their way through. Everything passes as it came, but for what belongs to one connection. */
#include <stdio.h>
#include <string.h>

#include "link.h"

static bool add_text(struct outbox *out, const char *text) { return outbox_add(out, text, strlen(text)); }

static bool add_slice(struct outbox *out, struct slice text) { return outbox_add(out, text.at, text.size); }

static bool of_connection(struct slice name) {
  static const char *const names[] = {"connection", "keep-alive", "proxy-connection", "upgrade"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (slice_is_any_case(name, names[i])) return true;
  return false;
}

static bool add_headers(struct outbox *out, const struct head *head, const char *but, const char *but_too) {
  for (unsigned i = 0; i < head->count; i++) {
    const struct header *header = &head->headers[i];
    if (of_connection(header->name) || slice_is_any_case(header->name, but) || slice_is_any_case(header->name, but_too))
      continue;
    if (!add_slice(out, header->name) || !add_text(out, ": ") || !add_slice(out, header->value) ||
        !add_text(out, "\r\n"))
      return false;
  }
  return true;
}

bool head_to_server(const struct head *head, struct outbox *out) {
  return add_slice(out, head->method) && add_text(out, " ") && add_slice(out, head->target) &&
         add_text(out, " HTTP/1.1\r\nHost: ") && add_text(out, settings.api_text) && add_text(out, "\r\n") &&
         add_headers(out, head, "host", "") && add_text(out, "\r\n");
}

static bool add_connection(const struct link *link, struct outbox *out) {
  if (link->close_client) return add_text(out, "Connection: close\r\n\r\n");
  return add_text(out, link->old_client ? "Connection: keep-alive\r\n\r\n" : "\r\n");
}

bool head_to_client(const struct head *head, const struct link *link, struct outbox *out) {
  bool interim = head->status < 200;
  if (!add_slice(out, head->status_line) || !add_text(out, "\r\n")) return false;
  if (!add_headers(out, head, link->mode == ANSWER_UNCHUNK ? "transfer-encoding" : "", "")) return false;
  return interim ? add_text(out, "\r\n") : add_connection(link, out);
}

bool head_with_length(const struct head *head, const struct link *link, uint64_t length, struct outbox *out) {
  char line[48];
  snprintf(line, sizeof line, "Content-Length: %llu\r\n", (unsigned long long)length);
  return add_slice(out, head->status_line) && add_text(out, "\r\n") &&
         add_headers(out, head, "transfer-encoding", "content-length") && add_text(out, line) &&
         add_connection(link, out);
}

/* Takes the id out of "…/invocation/ID/response". */
static enum route route_of_invocation(struct slice rest, char id[64]) {
  const char *slash = memchr(rest.at, '/', rest.size);
  if (!slash || slash == rest.at || slash - rest.at >= 64) return ROUTE_OTHER;
  size_t size = (size_t)(slash - rest.at);
  memcpy(id, rest.at, size);
  id[size] = 0;
  struct slice what = {slash + 1, rest.size - size - 1};
  return slice_is(what, "response") ? ROUTE_RESPONSE : slice_is(what, "error") ? ROUTE_ERROR : ROUTE_OTHER;
}

enum route route_of(const struct head *head, char id[64]) {
  static const char runtime[] = "/2018-06-01/runtime/", invocation[] = "invocation/";
  bool get = slice_is(head->method, "GET"), post = slice_is(head->method, "POST");
  struct slice path = head->target;
  const char *query = memchr(path.at, '?', path.size);
  if (query) path.size = (size_t)(query - path.at);
  if (post && slice_is(path, "/2020-01-01/extension/register")) return ROUTE_REGISTER;
  if (path.size < sizeof runtime - 1 || memcmp(path.at, runtime, sizeof runtime - 1)) return ROUTE_OTHER;
  path.at += sizeof runtime - 1;
  path.size -= sizeof runtime - 1;
  if (get && slice_is(path, "invocation/next")) return ROUTE_NEXT;
  if (get && slice_is(path, "restore/next")) return ROUTE_RESTORE;
  if (post && slice_is(path, "init/error")) return ROUTE_INIT_ERROR;
  if (!post || path.size < sizeof invocation - 1 || memcmp(path.at, invocation, sizeof invocation - 1))
    return ROUTE_OTHER;
  path.at += sizeof invocation - 1;
  path.size -= sizeof invocation - 1;
  return route_of_invocation(path, id);
}
