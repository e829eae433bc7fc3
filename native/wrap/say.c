#include <time.h>
#include <unistd.h>

#include "text.h"
#include "wrap.h"

#define ABOUT 900u /* of a path or a value in a message: the line stays far below 64 KiB, and is written at once */

static void add_digits(struct text *out, uint64_t number, int width) {
  uint64_t limit = 1;
  for (int i = 1; i < width; i++) limit *= 10;
  for (; limit > 1 && number < limit; limit /= 10) text_add(out, "0");
  text_number(out, number);
}

static void add_time(struct text *out) {
  struct timespec now = {0, 0};
  struct tm day = {0};
  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &day);
  const struct {
    const char *before;
    int value, width;
  } parts[] = {{"", day.tm_year + 1900, 4}, {"-", day.tm_mon + 1, 2}, {"-", day.tm_mday, 2}, {"T", day.tm_hour, 2},
               {":", day.tm_min, 2},        {":", day.tm_sec, 2},     {".", (int)now.tv_nsec, 9}};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    text_add(out, parts[i].before);
    add_digits(out, (uint64_t)parts[i].value, parts[i].width);
  }
  text_add(out, "Z");
}

/* As a JSON string's inside; what is no printable ASCII becomes '?': it is somebody else's text. */
static void add_quoted(struct text *out, const char *text) {
  for (size_t i = 0; text[i] && i < ABOUT; i++) {
    char c = text[i];
    if (c == '"' || c == '\\') text_add(out, "\\");
    text_bytes(out, c >= ' ' && c < 127 ? &c : "?", 1);
  }
}

void say(char **environment, const char *what, const char *which, const char *then) {
  const char *function = environment_value(environment, "AWS_LAMBDA_FUNCTION_NAME");
  const char *version = environment_value(environment, "AWS_LAMBDA_FUNCTION_VERSION");
  TEXT(line, 8192);
  text_add(&line, "{\"schema\":\"outrider.event/1\",\"type\":\"trouble\",\"seq\":0,\"time\":\"");
  add_time(&line);
  text_add(&line, "\",\"container\":\"function\",\"pid\":");
  text_number(&line, (uint64_t)getpid());
  text_add(&line, ",\"function\":\"");
  add_quoted(&line, function ? function : "");
  text_add(&line, "\",\"version\":\"");
  add_quoted(&line, version ? version : "");
  text_add(&line, "\",\"message\":\"");
  add_quoted(&line, what);
  text_add(&line, which && *which ? ": " : "");
  add_quoted(&line, which ? which : "");
  text_add(&line, "; ");
  add_quoted(&line, then);
  text_add(&line, "\"}\n");
  for (size_t done = 0; done < line.length;) {
    ssize_t piece = write(2, line.buffer + done, line.length - done);
    if (piece <= 0) return;
    done += (size_t)piece;
  }
}
