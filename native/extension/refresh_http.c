#include "refresh_http.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_parse.h"
#include "text.h"

/* https.zig */
long outrider_tls_exchange(int socket, const char *host, const char *authorities, const char *request,
                           size_t request_length, char *answer, size_t answer_size, const char **wrong);

static const char cut_off[] = "the answer was cut off";

static bool copy(char *out, size_t size, const char *bytes, size_t length) {
  struct text text = {out, size, 0, false};
  out[0] = 0;
  text_bytes(&text, bytes, length);
  return !text.cut;
}

bool endpoint_parse(const char *url, struct endpoint *endpoint) {
  endpoint->tls = strncmp(url, "https://", 8) == 0;
  if (!endpoint->tls && strncmp(url, "http://", 7) != 0) return false;
  const char *host = url + (endpoint->tls ? 8 : 7), *port = endpoint->tls ? "443" : "80";
  size_t length = strcspn(host, ":/?#"), digits = strlen(port), path;
  const char *rest = host + length;
  if (*rest == ':') {
    port = rest + 1;
    digits = strspn(port, "0123456789");
    rest = port + digits;
  }
  if (*rest && *rest != '/') return false;
  for (path = strlen(rest); path && rest[path - 1] == '/'; path--) continue;
  if (strcspn(host, " \r\n\t@[") < strlen(host) || !length || !digits) return false;
  return copy(endpoint->host, sizeof endpoint->host, host, length) &&
         copy(endpoint->port, sizeof endpoint->port, port, digits) &&
         copy(endpoint->path, sizeof endpoint->path, rest, path);
}

void endpoint_host(const struct endpoint *endpoint, char out[HTTP_NAME_BYTES + 8]) {
  struct text text = {out, HTTP_NAME_BYTES + 8, 0, false};
  out[0] = 0;
  text_add(&text, endpoint->host);
  if (strcmp(endpoint->port, endpoint->tls ? "443" : "80") == 0) return;
  text_add(&text, ":");
  text_add(&text, endpoint->port);
}

static int dial(const struct endpoint *endpoint) {
  struct addrinfo wanted = {.ai_socktype = SOCK_STREAM}, *found = NULL;
  int fd = -1;
  if (getaddrinfo(endpoint->host, endpoint->port, &wanted, &found)) return -1;
  for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
    fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen)) {
      close(fd);
      fd = -1;
    }
  }
  freeaddrinfo(found);
  return fd;
}

static long plain_exchange(int fd, const char *request, size_t request_length, char *answer, size_t size) {
  size_t done = 0;
  while (done < request_length) {
    ssize_t piece = send(fd, request + done, request_length - done, MSG_NOSIGNAL);
    if (piece <= 0) return -1;
    done += (size_t)piece;
  }
  for (done = 0; done < size;) {
    ssize_t piece = recv(fd, answer + done, size - done, 0);
    if (piece < 0) return -1;
    if (piece == 0) break;
    done += (size_t)piece;
  }
  return (long)done;
}

const char *http_parse_answer(char *room, size_t length, struct http_answer *answer) {
  struct head head;
  struct body body;
  size_t scanned = 0, at = 0;
  const char *wrong = NULL;
  *answer = (struct http_answer){0};
  enum parsed parsed = http_response(room, length, &scanned, &head, &wrong);
  if (parsed != HTTP_HEAD) return parsed == HTTP_BAD ? wrong : cut_off;
  struct slice etag = http_header(&head, "etag");
  if (etag.size && !copy(answer->etag, sizeof answer->etag, etag.at, etag.size)) answer->etag[0] = 0;
  answer->status = head.status;
  answer->body = room + head.size;
  body_of_response(&body, &head, false);
  if (body.kind == BODY_TO_CLOSE)
    return "the answer does not say how long it is"; /* cut off or whole, who could tell */
  for (at = head.size; !body.done && !body.bad && at < length;) {
    struct slice payload = {NULL, 0};
    at += body_take(&body, room + at, length - at, &payload);
    if (payload.size) memmove(answer->body + answer->length, payload.at, payload.size);
    answer->length += payload.size;
  }
  if (!body.done) return body.bad ? "the answer's body is not HTTP" : cut_off;
  answer->body[answer->length] = 0;
  return NULL;
}

const char *http_exchange(const struct endpoint *endpoint, const char *authorities, const char *request,
                          size_t request_length, char *room, size_t room_size, struct http_answer *answer) {
  const char *wrong = NULL;
  int fd = dial(endpoint);
  if (fd < 0) return "AWS cannot be reached from here";
  size_t size = room_size - 1; /* a NUL must fit behind the body */
  long length = endpoint->tls ? outrider_tls_exchange(fd, endpoint->host, authorities, request, request_length, room,
                                                      size, &wrong)
                              : plain_exchange(fd, request, request_length, room, size);
  close(fd);
  if (length < 0) return wrong ? wrong : "the connection broke";
  if ((size_t)length == size) return "the answer is larger than a policy may be";
  room[length] = 0;
  return http_parse_answer(room, (size_t)length, answer);
}
