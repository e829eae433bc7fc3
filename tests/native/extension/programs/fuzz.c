/* Feeds the parsers what nobody sends on purpose: sound pieces, cut, joined and flipped, from fixed seeds. A fault is
 * the sanitizer's to find; here only what the parsers promise is checked. Prints what it looked at. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "extension/http_parse.h"
#include "extension/line.h"
#include "extension/note.h"
#include "extension/redact.h"
#include "extension/shapes.h"
#include "extension/skim.h"

static uint64_t seed;

static uint32_t roll(uint32_t below) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return (uint32_t)(seed >> 11) % below;
}

static const char *const http[] = {"GET ",
                                   "POST ",
                                   "/",
                                   "/x",
                                   " HTTP/1.1",
                                   " HTTP/1.0",
                                   "\r\n",
                                   "\r\n\r\n",
                                   "Host: h",
                                   "Content-Length: ",
                                   "5",
                                   "0",
                                   "Transfer-Encoding: chunked",
                                   "HTTP/1.1 200 OK",
                                   "HTTP/1.1 ",
                                   "204",
                                   ":",
                                   " ",
                                   "\t",
                                   "\n",
                                   "\r",
                                   "Connection: close",
                                   "a: b",
                                   "0\r\n\r\n",
                                   "5\r\nhello\r\n",
                                   "ffffffffff",
                                   ";x=1",
                                   "A: b\r\n"};
static const char *const json[] = {"{",
                                   "}",
                                   "[",
                                   "]",
                                   ",",
                                   ":",
                                   "\"",
                                   "\"Records\":",
                                   "\"eventSource\":",
                                   "\"aws:sqs\"",
                                   "\\u00",
                                   "\\ud83d",
                                   "\\",
                                   "true",
                                   "-1.5e9",
                                   " ",
                                   "\"requestContext\":",
                                   "\"http\":{}",
                                   "\"a\"",
                                   "\n",
                                   "\"EventSource\":",
                                   "\xff",
                                   "{\"a\":["};
static const char *const text[] = {
    "--password", "token=", "Authorization: ", "Bearer ", "//", ":", "@", "AKIAIOSFODNN7EXAMPLE", "x", " ",
    "\"",         "-u",     "secret:",         "&"};

/* A block of exactly its size on the heap, so that one byte too far is seen. */
static char *compose(const char *const *pieces, uint32_t count, size_t *size) {
  size_t room = 0;
  char *out = NULL;
  *size = 0;
  for (uint32_t n = roll(30); n; n--) {
    const char *piece = pieces[roll(count)];
    size_t length = strlen(piece);
    out = realloc(out, room += length);
    memcpy(out + *size, piece, length);
    *size += length;
  }
  for (uint32_t flips = *size ? roll(3) : 0; flips; flips--) out[roll((uint32_t)*size)] = (char)roll(256);
  if (*size && roll(3) == 0) *size = roll((uint32_t)*size) + 1;
  out = realloc(out, *size ? *size : 1);
  return out;
}

static void within(struct slice part, const char *bytes, size_t size) {
  if (part.size && (part.at < bytes || part.at + part.size > bytes + size)) abort();
}

static void fuzz_http(void) {
  size_t size, scanned = 0, at = 0;
  char *bytes = compose(http, sizeof http / sizeof *http, &size);
  struct head head;
  const char *wrong;
  struct body body = {.kind = (enum body_kind)roll(3), .left = 1 + roll(20)};
  for (int request = 0; request < 2; request++) {
    enum parsed parsed = request ? http_request(bytes, size, &scanned, &head, &wrong)
                                 : http_response(bytes, size, &scanned, &head, &wrong);
    scanned = 0;
    if (parsed == HTTP_BAD && !wrong) abort();
    if (parsed != HTTP_HEAD) continue;
    if (head.size > size || (head.chunked && head.has_length)) abort();
    for (unsigned i = 0; i < head.count; i++) {
      within(head.headers[i].name, bytes, head.size);
      within(head.headers[i].value, bytes, head.size);
    }
    body_of_request(&body, &head);
  }
  if (body.kind == BODY_CHUNKED) body.left = 0;
  while (at < size && !body.done && !body.bad) {
    struct slice payload;
    size_t taken = body_take(&body, bytes + at, size - at, &payload);
    if (!taken || taken > size - at) abort();
    within(payload, bytes + at, taken);
    at += taken;
  }
  free(bytes);
}

static void fuzz_json(void) {
  size_t size;
  char *bytes = compose(json, sizeof json / sizeof *json, &size);
  struct event_facts whole;
  struct skim once, pieces;
  event_facts_of(bytes, size, &whole);
  if (strlen(whole.source) >= SOURCE_BYTES || strlen(whole.keys) >= TOP_KEYS_BYTES || whole.depth > size) abort();
  skim_begin(&once, NULL, 0);
  skim_take(&once, bytes, size);
  skim_begin(&pieces, NULL, 0);
  for (size_t at = 0; at < size; at++) skim_take(&pieces, bytes + at, 1);
  if (once.deepest != pieces.deepest || skim_end(&once) != skim_end(&pieces) || once.top_count != pieces.top_count)
    abort();
  free(bytes);
}

static void fuzz_frame(void) {
  size_t size = sizeof(struct or_frame) + roll(200);
  uint8_t *bytes = malloc(size);
  struct note note;
  for (size_t i = 0; i < size; i++) bytes[i] = (uint8_t)roll(256);
  struct or_frame frame = {
      .length = (uint32_t)(size - 4), .version = OR_WIRE_VERSION, .type = (uint16_t)(roll(9)), .time_ns = 1};
  memcpy(bytes, &frame, sizeof frame);
  for (size_t at = sizeof frame; at + 4 <= size;) { /* fields that fit, mostly */
    uint16_t tag = (uint16_t)roll(33), length = (uint16_t)roll(roll(2) ? 9 : 40);
    memcpy(bytes + at, &tag, 2);
    memcpy(bytes + at + 2, &length, 2);
    at += 4u + length;
  }
  if (note_read(bytes, size, &note)) {
    within(note.program, (char *)bytes, size);
    within(note.target, (char *)bytes, size);
    within(note.host, (char *)bytes, size);
    within(note.code, (char *)bytes, size);
  }
  free(bytes);
}

static void fuzz_text(void) {
  size_t size;
  char *bytes = compose(text, sizeof text / sizeof *text, &size), shown[ARGUMENT_BYTES + 8], buffer[700];
  enum redact_next next = (enum redact_next)roll(3);
  size_t length = redact(bytes, size, shown, &next);
  if (length > ARGUMENT_BYTES + 8 || memmem(shown, length, "AKIAIOSFODNN7EXAMPLE", 20)) abort();
  struct line line;
  line_begin(&line, buffer, 1 + roll(sizeof buffer - 1));
  line_bytes(&line, "k", bytes, size);
  line_time(&line, "t", seed);
  line_end(&line);
  if (line.length > line.size) abort();
  free(bytes);
}

int main(int count, char **arguments) {
  unsigned rounds = count > 1 ? (unsigned)atoi(arguments[1]) : 1000;
  for (unsigned round = 0; round < rounds; round++) {
    seed = 0x9e3779b97f4a7c15u * (round + 1);
    fuzz_http();
    fuzz_json();
    fuzz_frame();
    fuzz_text();
  }
  printf("%u rounds\n", rounds);
  return 0;
}
