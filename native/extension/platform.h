/* platform.h: the parent's own calls to the Extensions API: one connection, one call at a time. */
#ifndef OUTRIDER_PLATFORM_H
#define OUTRIDER_PLATFORM_H
#include <stdbool.h>
#include <stddef.h>

#define PLATFORM_ANSWER_BYTES 16384u /* of an answer with its head; an INVOKE event has some 600 */

/* Waits until `fd` (or nothing, -1) is ready for `events` of poll(2), or so many milliseconds (-1: for ever). False:
 * time is up. Meanwhile the caller may have other duties. */
typedef bool platform_wait(int fd, short events, int milliseconds);

struct platform {
  int fd; /* -1: not connected */
  platform_wait *wait;
  char identifier[128]; /* Lambda-Extension-Identifier */
  char answer[PLATFORM_ANSWER_BYTES];
  size_t size; /* of the answer */
  char *body; /* in it, NUL-terminated */
};

/* Status of the answer, or -1: no connection, no answer, not HTTP. */
int platform_register(struct platform *platform, const char *name);
int platform_next(struct platform *platform);
void platform_close(struct platform *platform);

#endif
