#include "platform.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "extension.h"
#include "http_parse.h"

#define CALL_MS 5000 /* until the API has answered a register: its init has ten seconds */

void platform_close(struct platform *platform) {
  if (platform->fd >= 0) close(platform->fd);
  platform->fd = -1;
}

static bool open_connection(struct platform *platform) {
  platform_close(platform);
  if (!settings.api_size) return false;
  int fd = socket(settings.api.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error = 0, one = 1;
  if (fd < 0) return false;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  bool ok = connect(fd, (struct sockaddr *)&settings.api, settings.api_size) == 0;
  if (!ok && errno == EINPROGRESS && platform->wait(fd, POLLOUT, CALL_MS)) {
    socklen_t size = sizeof error;
    ok = getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
  }
  if (ok) platform->fd = fd;
  else close(fd);
  return ok;
}

static bool send_all(struct platform *platform, const char *bytes, size_t size) {
  while (size) {
    ssize_t sent = send(platform->fd, bytes, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) {
      if (!platform->wait(platform->fd, POLLOUT, CALL_MS)) return false;
      continue;
    }
    if (sent < 0) return false;
    bytes += sent;
    size -= (size_t)sent;
  }
  return true;
}

/* More bytes of the answer. False: none will come. */
static bool receive(struct platform *platform, int milliseconds) {
  size_t room = sizeof platform->answer - 1 - platform->size;
  if (room == 0) return false;
  for (;;) {
    ssize_t got = recv(platform->fd, platform->answer + platform->size, room, 0);
    if (got > 0) {
      platform->size += (size_t)got;
      return true;
    }
    if (got == 0 || errno != EAGAIN || !platform->wait(platform->fd, POLLIN, milliseconds)) return false;
  }
}

/* Reads the body behind the head into one piece, NUL-terminated. */
static bool receive_body(struct platform *platform, const struct head *head) {
  struct body body;
  size_t from = head->size, to = head->size;
  body_of_response(&body, head, false);
  platform->body = platform->answer + to;
  while (!body.done) {
    if (from == platform->size && !receive(platform, CALL_MS)) break;
    struct slice payload;
    from += body_take(&body, platform->answer + from, platform->size - from, &payload);
    if (body.bad) return false;
    memmove(platform->answer + to, payload.at, payload.size);
    to += payload.size;
  }
  platform->answer[to] = 0;
  return body.done || body.kind == BODY_TO_CLOSE;
}

static int receive_answer(struct platform *platform, int milliseconds) {
  static struct head head;
  const char *wrong;
  size_t scanned = 0;
  enum parsed parsed;
  platform->size = 0;
  do {
    if (!receive(platform, milliseconds)) return -1;
    parsed = http_response(platform->answer, platform->size, &scanned, &head, &wrong);
  } while (parsed == HTTP_MORE);
  if (parsed != HTTP_HEAD) return -1;
  struct slice identifier = http_header(&head, "lambda-extension-identifier");
  if (identifier.size && identifier.size < sizeof platform->identifier) {
    memcpy(platform->identifier, identifier.at, identifier.size);
    platform->identifier[identifier.size] = 0;
  }
  int status = head.status;
  bool stays = head.minor && !head.close;
  if (!receive_body(platform, &head)) return -1;
  if (!stays) platform_close(platform);
  return status;
}

static int call(struct platform *platform, const char *request, int size, int milliseconds) {
  /* A connection that was closed while we were frozen shows only when it is used: once more on a fresh one. */
  for (int attempt = platform->fd >= 0 ? 0 : 1; attempt < 2; attempt++) {
    if (attempt && !open_connection(platform)) return -1;
    int status = send_all(platform, request, (size_t)size) ? receive_answer(platform, milliseconds) : -1;
    if (status >= 0) return status;
    platform_close(platform);
  }
  return -1;
}

int platform_register(struct platform *platform, const char *name) {
  /* Not INVOKE: the proxy sees invocations earlier, and Lambda waits at each end for whoever registered for them. */
  static const char body[] = "{\"events\":[\"SHUTDOWN\"]}";
  char request[768];
  int size = snprintf(request, sizeof request,
                      "POST /2020-01-01/extension/register HTTP/1.1\r\nHost: %s\r\nLambda-Extension-Name: %s\r\n"
                      "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                      settings.api_text, name, sizeof body - 1, body);
  if (size < 0 || (size_t)size >= sizeof request) return -1;
  return call(platform, request, size, CALL_MS);
}

int platform_next(struct platform *platform) {
  char request[640];
  int size = snprintf(
      request, sizeof request,
      "GET /2020-01-01/extension/event/next HTTP/1.1\r\nHost: %s\r\nLambda-Extension-Identifier: %s\r\n\r\n",
      settings.api_text, platform->identifier);
  if (size < 0 || (size_t)size >= sizeof request) return -1;
  return call(platform, request, size, -1);
}
