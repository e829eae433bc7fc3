#include "log.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "extension.h"

bool log_line(const struct line *line) {
  size_t used = (size_t)(shared->log_head - shared->log_sent);
  if (line->cut || line->length > LOG_BYTES - used) {
    shared->lines_lost++;
    return false;
  }
  size_t at = shared->log_head % LOG_BYTES, first = line->length < LOG_BYTES - at ? line->length : LOG_BYTES - at;
  memcpy(shared->log + at, line->buffer, first);
  memcpy(shared->log, line->buffer + first, line->length - first);
  shared->log_head += line->length;
  return true;
}

bool log_pending(void) { return shared->log_head != shared->log_sent; }

/* One piece: whole lines as far as a pipe takes them in one write, else as much as it takes at all. */
static size_t next_piece(void) {
  size_t at = shared->log_sent % LOG_BYTES, left = (size_t)(shared->log_head - shared->log_sent);
  size_t size = left < LOG_BYTES - at ? left : LOG_BYTES - at;
  if (size > PIPE_BUF) size = PIPE_BUF;
  const char *end = memrchr(shared->log + at, '\n', size);
  return end ? (size_t)(end - (shared->log + at)) + 1 : size;
}

void log_flush(uint64_t deadline) {
  while (log_pending()) {
    struct pollfd out = {STDOUT_FILENO, POLLOUT, 0};
    uint64_t now = now_steady();
    int wait = deadline > now ? (int)((deadline - now) / 1000000u) + 1 : 0;
    if (poll(&out, 1, wait) != 1) return;
    ssize_t written = write(STDOUT_FILENO, shared->log + shared->log_sent % LOG_BYTES, next_piece());
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written < 0) { /* closed: nobody reads */
      shared->log_sent = shared->log_head;
      return;
    }
    shared->log_sent += (uint64_t)written;
  }
}
