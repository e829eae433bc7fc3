/* http_parse.h: HTTP/1.1 heads and bodies, strictly (RFC 9112): what two programs could read differently is refused.
 * Pure: bytes in, places of bytes out. */
#ifndef OUTRIDER_HTTP_PARSE_H
#define OUTRIDER_HTTP_PARSE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_HEAD_MAX (64u << 10) /* of one head: Lambda's client context alone may have 3.5 KB, real heads 2 KB */
#define HTTP_HEADERS_MAX 100u /* real heads have 20 */
#define HTTP_CHUNK_LINE_MAX 256u /* of a chunk's size and its extensions */
#define HTTP_TRAILERS_MAX (1u << 20) /* a streamed error comes as a trailer, base64 of its JSON */

struct slice {
  const char *at;
  size_t size;
};

struct header {
  struct slice name, value;
};

struct head {
  struct slice method, target; /* of a request */
  struct slice status_line; /* of a response, without its end */
  int status;
  int minor; /* HTTP/1.minor */
  size_t size; /* of the head with the empty line that ends it */
  unsigned count;
  struct header headers[HTTP_HEADERS_MAX];
  bool close, keep_alive; /* said by Connection */
  bool chunked, has_length;
  uint64_t length;
};

enum parsed { HTTP_MORE, HTTP_HEAD, HTTP_BAD };

/* `scanned` is where the search for the end goes on: 0 first, kept by the caller while it is HTTP_MORE. On HTTP_BAD,
 * `*wrong` says what. Places in `out` are within `bytes`. */
enum parsed http_request(const char *bytes, size_t size, size_t *scanned, struct head *out, const char **wrong);
enum parsed http_response(const char *bytes, size_t size, size_t *scanned, struct head *out, const char **wrong);

/* The value of the first header of that name, size 0 when there is none. */
struct slice http_header(const struct head *head, const char *name);
bool slice_is(struct slice text, const char *word); /* exactly */
bool slice_is_any_case(struct slice text, const char *word);

enum body_kind { BODY_LENGTH, BODY_CHUNKED, BODY_TO_CLOSE };

struct body {
  enum body_kind kind;
  int state;
  uint64_t left; /* of the length, or of the chunk */
  uint32_t line; /* bytes of the line, or of all trailers, so far */
  bool done, bad;
};

/* The body that follows a head. `head_only`: the answer to HEAD. */
void body_of_request(struct body *body, const struct head *head);
void body_of_response(struct body *body, const struct head *head, bool head_only);

/* Understands bytes up to the next change between framing and payload. Returns how many; *payload is what of them is
 * payload. At the end `done` is set and no more is taken. */
size_t body_take(struct body *body, const char *bytes, size_t size, struct slice *payload);

#endif
