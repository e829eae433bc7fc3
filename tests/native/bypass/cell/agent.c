/* agent.c: the other end of native/wire.h, as small as it can be: which kinds of act were told with which verdict. */
#include <sys/socket.h>
#include <sys/un.h>

#include "cell.h"
#include "wire.h"

static int listener = -1, connection = -1;
static uint8_t buffer[65536];
static size_t filled;
static char told[512] = "";

void agent_open(void) {
  struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = VOLUME "/run/agent.sock"};
  listener = (int)need(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
  need(bind(listener, (struct sockaddr *)&path, sizeof path), "agent.sock");
  need(chmod(path.sun_path, 0666), "agent.sock");
  need(listen(listener, 8), "listen");
}

unsigned agent_poll(struct pollfd *out) {
  out[0] = (struct pollfd){listener, POLLIN, 0};
  out[1] = (struct pollfd){connection, POLLIN, 0};
  return 2;
}

static void note(const char *kind, const char *verdict) {
  char word[64], padded[600];
  snprintf(word, sizeof word, ",%s%s%s,", kind, *verdict ? ":" : "", verdict);
  snprintf(padded, sizeof padded, ",%s,", told);
  if (strstr(padded, word) || strlen(told) + strlen(word) > sizeof told) return;
  word[strlen(word) - 1] = 0;
  strcat(told, *told ? word : word + 1);
}

static void take(const uint8_t *frame, size_t length) {
  static const char *const kinds[] = {"exec", "connect", "bind", "write", "syscall", "resolve", "read", "load", "invoke"};
  static const char *const verdicts[] = {"allow", "alert", "block"};
  struct or_frame head;
  const char *kind = "?", *verdict = "?";
  memcpy(&head, frame, sizeof head);
  if (head.dropped) note("dropped", "");
  if (head.type == OR_TROUBLE) note("trouble", "");
  if (head.type == OR_POLICY) note("policy", "");
  if (head.type != OR_EVENT) return;
  for (size_t at = sizeof head; at + 4 <= length;) {
    uint16_t tag, size;
    memcpy(&tag, frame + at, 2);
    memcpy(&size, frame + at + 2, 2);
    uint8_t first = at + 4 < length ? frame[at + 4] : 255;
    if (tag == OR_T_KIND && first < sizeof kinds / sizeof *kinds) kind = kinds[first];
    if (tag == OR_T_VERDICT && first < sizeof verdicts / sizeof *verdicts) verdict = verdicts[first];
    at += 4u + size;
  }
  note(kind, verdict);
}

static void take_all(void) {
  size_t at = 0;
  uint32_t length;
  while (filled - at >= sizeof(struct or_frame)) {
    memcpy(&length, buffer + at, 4);
    if (length > OR_FRAME_MAX || length + 4 < sizeof(struct or_frame)) fail("a frame no supervisor would send");
    if (filled - at < length + 4) break;
    take(buffer + at, length + 4);
    uint64_t seq;
    memcpy(&seq, buffer + at + 8, 8);
    if (seq) send(connection, &seq, sizeof seq, MSG_NOSIGNAL);
    at += length + 4;
  }
  memmove(buffer, buffer + at, filled - at);
  filled -= at;
}

void agent_serve(void) {
  if (connection < 0) {
    connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    filled = 0;
  }
  while (connection >= 0) {
    long got = recv(connection, buffer + filled, sizeof buffer - filled, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      close(connection);
      connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
      filled = 0;
      continue;
    }
    filled += (size_t)got;
    take_all();
  }
}

const char *agent_told(void) {
  agent_serve();
  return *told ? told : "-";
}
