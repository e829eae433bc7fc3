/* http_body.c: where a body ends. Chunks are understood byte by byte in their framing and in runs in their payload. */
#include <string.h>

#include "http_parse.h"

enum {
  CHUNK_SIZE,
  CHUNK_DIGITS,
  CHUNK_EXTENSION,
  CHUNK_SIZE_LF,
  CHUNK_DATA,
  CHUNK_DATA_CR,
  CHUNK_DATA_LF,
  TRAILER_START,
  TRAILER_LINE,
  TRAILER_LF,
  LAST_LF
};

static void begin(struct body *body, enum body_kind kind, uint64_t left) {
  *body = (struct body){.kind = kind, .left = left, .done = kind == BODY_LENGTH && left == 0};
}

void body_of_request(struct body *body, const struct head *head) {
  begin(body, head->chunked ? BODY_CHUNKED : BODY_LENGTH, head->has_length ? head->length : 0);
}

void body_of_response(struct body *body, const struct head *head, bool head_only) {
  bool none = head_only || head->status < 200 || head->status == 204 || head->status == 304;
  if (none) begin(body, BODY_LENGTH, 0);
  else if (head->chunked) begin(body, BODY_CHUNKED, 0);
  else if (head->has_length) begin(body, BODY_LENGTH, head->length);
  else begin(body, BODY_TO_CLOSE, 0);
}

static int hex_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

static void size_byte(struct body *body, char c) {
  int digit = hex_of(c);
  if (digit >= 0) {
    if (body->left >> 44) body->bad = true; /* 2^48 is far beyond any body */
    body->left = body->left << 4 | (uint64_t)digit;
    body->state = CHUNK_DIGITS;
  } else if (body->state == CHUNK_SIZE) {
    body->bad = true;
  } else if (c == '\r') {
    body->state = CHUNK_SIZE_LF;
  } else if (c == ';' || c == ' ' || c == '\t') {
    body->state = CHUNK_EXTENSION;
  } else {
    body->bad = true;
  }
}

static void expect(struct body *body, char c, char wanted, int next) {
  if (c == wanted) body->state = next;
  else body->bad = true;
}

static void framing_byte(struct body *body, char c) {
  bool trailer = body->state >= TRAILER_START;
  if (++body->line > (trailer ? HTTP_TRAILERS_MAX : HTTP_CHUNK_LINE_MAX)) body->bad = true;
  switch (body->state) {
    case CHUNK_SIZE:
    case CHUNK_DIGITS: size_byte(body, c); break;
    case CHUNK_EXTENSION:
      if (c == '\r') body->state = CHUNK_SIZE_LF;
      else if ((unsigned char)c < 32 && c != '\t') body->bad = true;
      break;
    case CHUNK_SIZE_LF:
      expect(body, c, '\n', body->left ? CHUNK_DATA : TRAILER_START);
      body->line = 0;
      break;
    case CHUNK_DATA_CR: expect(body, c, '\r', CHUNK_DATA_LF); break;
    case CHUNK_DATA_LF:
      expect(body, c, '\n', CHUNK_SIZE);
      body->line = 0;
      break;
    case TRAILER_START: body->state = c == '\r' ? LAST_LF : TRAILER_LINE; /* fall through */
    case TRAILER_LINE:
      if (c == '\r' && body->state == TRAILER_LINE) body->state = TRAILER_LF;
      else if (c != '\r' && (unsigned char)c < 32 && c != '\t') body->bad = true;
      break;
    case TRAILER_LF: expect(body, c, '\n', TRAILER_START); break;
    default: expect(body, c, '\n', LAST_LF); body->done = !body->bad;
  }
}

size_t body_take(struct body *body, const char *bytes, size_t size, struct slice *payload) {
  *payload = (struct slice){bytes, 0};
  if (body->done || body->bad || size == 0) return 0;
  if (body->kind == BODY_TO_CLOSE) {
    payload->size = size;
    return size;
  }
  bool data = body->kind == BODY_LENGTH || body->state == CHUNK_DATA;
  if (data) {
    size_t run = body->left < size ? (size_t)body->left : size;
    payload->size = run;
    body->left -= run;
    if (body->left == 0 && body->kind == BODY_LENGTH) body->done = true;
    if (body->left == 0 && body->kind == BODY_CHUNKED) body->state = CHUNK_DATA_CR;
    return run;
  }
  size_t taken = 0;
  while (taken < size && !body->done && !body->bad && body->state != CHUNK_DATA) framing_byte(body, bytes[taken++]);
  return taken;
}
