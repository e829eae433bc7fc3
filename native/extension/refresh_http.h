/* refresh_http.h: one request over HTTP or HTTPS, in a process made for it: it waits, and has no limit of time of its
 * own. */
#ifndef OUTRIDER_REFRESH_HTTP_H
#define OUTRIDER_REFRESH_HTTP_H
#include <stdbool.h>
#include <stddef.h>

#define HTTP_NAME_BYTES 256
#define HTTP_ETAG_BYTES 128

struct endpoint {
  bool tls;
  char host[HTTP_NAME_BYTES];
  char port[6];
  char path[HTTP_NAME_BYTES]; /* without a '/' at the end */
};

struct http_answer {
  int status;
  char *body; /* NUL behind it */
  size_t length;
  char etag[HTTP_ETAG_BYTES]; /* "" when it had none */
};

/* "https://host[:port][/path]", also http. False: it is no such thing. */
bool endpoint_parse(const char *url, struct endpoint *endpoint);

/* Value for the Host header. */
void endpoint_host(const struct endpoint *endpoint, char out[HTTP_NAME_BYTES + 8]);

/* `room` takes the whole answer and keeps it. NULL: *answer is complete, whatever its status. Else what went wrong,
 * static. `authorities`: PEM file of the certificate authorities to trust; ignored without TLS. */
const char *http_exchange(const struct endpoint *endpoint, const char *authorities, const char *request,
                          size_t request_length, char *room, size_t room_size, struct http_answer *answer);

/* The complete answer in `room`, which has a byte to spare, taken apart; a chunked body is put together in place. NULL,
 * or what is wrong with it. */
const char *http_parse_answer(char *room, size_t length, struct http_answer *answer);

#endif
