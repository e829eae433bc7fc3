#include "http_parse.h"

#include <string.h>
#include <strings.h>

bool slice_is(struct slice text, const char *word) {
  return text.size == strlen(word) && memcmp(text.at, word, text.size) == 0;
}

bool slice_is_any_case(struct slice text, const char *word) {
  return text.size == strlen(word) && strncasecmp(text.at, word, text.size) == 0;
}

struct slice http_header(const struct head *head, const char *name) {
  for (unsigned i = 0; i < head->count; i++)
    if (slice_is_any_case(head->headers[i].name, name)) return head->headers[i].value;
  return (struct slice){"", 0};
}

static bool token_byte(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool all_token(struct slice text) {
  for (size_t i = 0; i < text.size; i++)
    if (!token_byte((unsigned char)text.at[i])) return false;
  return text.size > 0;
}

/* Finds the empty line. Size of the head, 0: not there yet. */
static size_t head_end(const char *bytes, size_t size, size_t *scanned) {
  size_t from = *scanned > 3 ? *scanned - 3 : 0;
  *scanned = size;
  const char *end = size > from ? memmem(bytes + from, size - from, "\r\n\r\n", 4) : NULL;
  return end ? (size_t)(end - bytes) + 4 : 0;
}

/* Cuts the next line off; its CRLF is there, because the head is complete. A bare CR or LF is refused: some read a line
 * end in it and some do not. */
static bool next_line(struct slice *rest, struct slice *line) {
  const char *end = memchr(rest->at, '\r', rest->size);
  if (!end || end[1] != '\n') return false;
  line->at = rest->at;
  line->size = (size_t)(end - rest->at);
  if (memchr(line->at, '\n', line->size) || memchr(line->at, 0, line->size)) return false;
  rest->size -= line->size + 2;
  rest->at = end + 2;
  return true;
}

static struct slice trimmed(struct slice text) {
  while (text.size && (*text.at == ' ' || *text.at == '\t')) text.at++, text.size--;
  while (text.size && (text.at[text.size - 1] == ' ' || text.at[text.size - 1] == '\t')) text.size--;
  return text;
}

static const char *take_length(struct head *out, struct slice value) {
  uint64_t number = 0;
  if (value.size == 0 || value.size > 15) return "a Content-Length that is no number";
  for (size_t i = 0; i < value.size; i++) {
    if (value.at[i] < '0' || value.at[i] > '9') return "a Content-Length that is no number";
    number = number * 10 + (uint64_t)(value.at[i] - '0');
  }
  if (out->has_length) return "two Content-Length";
  out->has_length = true;
  out->length = number;
  return NULL;
}

static void take_connection(struct head *out, struct slice value) {
  while (value.size) {
    const char *comma = memchr(value.at, ',', value.size);
    struct slice word = trimmed((struct slice){value.at, comma ? (size_t)(comma - value.at) : value.size});
    if (slice_is_any_case(word, "close")) out->close = true;
    if (slice_is_any_case(word, "keep-alive")) out->keep_alive = true;
    size_t skip = comma ? (size_t)(comma - value.at) + 1 : value.size;
    value.at += skip;
    value.size -= skip;
  }
}

static const char *take_header(struct head *out, struct slice line) {
  const char *colon = memchr(line.at, ':', line.size);
  if (!colon) return "a header without a colon";
  struct header *header = &out->headers[out->count];
  header->name = (struct slice){line.at, (size_t)(colon - line.at)};
  header->value = trimmed((struct slice){colon + 1, line.size - header->name.size - 1});
  if (!all_token(header->name)) return "a header whose name is no token"; /* and a folded line */
  for (size_t i = 0; i < header->value.size; i++) {
    unsigned char c = (unsigned char)header->value.at[i];
    if ((c < 32 && c != '\t') || c == 127) return "a header with a control character";
  }
  out->count++;
  if (slice_is_any_case(header->name, "content-length")) return take_length(out, header->value);
  if (slice_is_any_case(header->name, "transfer-encoding")) {
    if (out->chunked || !slice_is_any_case(header->value, "chunked")) return "a Transfer-Encoding that is not chunked";
    out->chunked = true;
  }
  if (slice_is_any_case(header->name, "connection")) take_connection(out, header->value);
  return NULL;
}

static const char *take_headers(struct head *out, struct slice rest) {
  struct slice line;
  for (;;) {
    if (!next_line(&rest, &line)) return "a bare CR, LF or NUL";
    if (line.size == 0) break;
    if (out->count == HTTP_HEADERS_MAX) return "too many headers";
    const char *wrong = take_header(out, line);
    if (wrong) return wrong;
  }
  if (out->chunked && out->has_length) return "both Content-Length and Transfer-Encoding";
  if (out->chunked && out->minor == 0) return "Transfer-Encoding in HTTP/1.0";
  return NULL;
}

static bool take_version(struct slice text, int *minor) {
  if (text.size != 8 || memcmp(text.at, "HTTP/1.", 7) || (text.at[7] != '0' && text.at[7] != '1')) return false;
  *minor = text.at[7] - '0';
  return true;
}

static const char *take_request_line(struct head *out, struct slice line) {
  const char *first = memchr(line.at, ' ', line.size);
  if (!first) return "no request line";
  out->method = (struct slice){line.at, (size_t)(first - line.at)};
  struct slice rest = {first + 1, line.size - out->method.size - 1};
  const char *second = memchr(rest.at, ' ', rest.size);
  if (!second) return "no request line";
  out->target = (struct slice){rest.at, (size_t)(second - rest.at)};
  struct slice version = {second + 1, rest.size - out->target.size - 1};
  if (!take_version(version, &out->minor)) return "a version that is not HTTP/1.1 or 1.0";
  if (!all_token(out->method) || out->method.size > 16) return "a method that is no token";
  if (slice_is(out->method, "CONNECT")) return "CONNECT";
  if (out->target.size == 0 || *out->target.at != '/') return "a target that is no path";
  for (size_t i = 0; i < out->target.size; i++)
    if ((unsigned char)out->target.at[i] <= 32 || (unsigned char)out->target.at[i] >= 127)
      return "a target that is no path";
  return NULL;
}

static const char *take_status_line(struct head *out, struct slice line) {
  out->status_line = line;
  if (line.size < 12 || !take_version((struct slice){line.at, 8}, &out->minor) || line.at[8] != ' ')
    return "no status line";
  for (int i = 9; i < 12; i++) {
    if (line.at[i] < '0' || line.at[i] > '9') return "no status";
    out->status = out->status * 10 + (line.at[i] - '0');
  }
  if (out->status < 100 || (line.size > 12 && line.at[12] != ' ')) return "no status";
  for (size_t i = 12; i < line.size; i++)
    if ((unsigned char)line.at[i] < 32 && line.at[i] != '\t') return "a control character in the status line";
  return NULL;
}

static enum parsed take_head(const char *bytes, size_t size, size_t *scanned, struct head *out, const char **wrong,
                             bool request) {
  *wrong = NULL;
  size_t end = head_end(bytes, size, scanned);
  if (!end && size < HTTP_HEAD_MAX) return HTTP_MORE;
  if (!end || end > HTTP_HEAD_MAX) {
    *wrong = "a head of more than 64 KiB";
    return HTTP_BAD;
  }
  memset(out, 0, offsetof(struct head, headers)); /* not the 3 KiB of places that `count` guards */
  out->close = out->keep_alive = out->chunked = out->has_length = false;
  out->length = 0;
  out->size = end;
  struct slice rest = {bytes, end}, line;
  if (!next_line(&rest, &line)) *wrong = "a bare CR, LF or NUL";
  else *wrong = request ? take_request_line(out, line) : take_status_line(out, line);
  if (!*wrong) *wrong = take_headers(out, rest);
  return *wrong ? HTTP_BAD : HTTP_HEAD;
}

enum parsed http_request(const char *bytes, size_t size, size_t *scanned, struct head *out, const char **wrong) {
  return take_head(bytes, size, scanned, out, wrong, true);
}

enum parsed http_response(const char *bytes, size_t size, size_t *scanned, struct head *out, const char **wrong) {
  return take_head(bytes, size, scanned, out, wrong, false);
}
