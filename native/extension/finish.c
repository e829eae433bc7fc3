#include "finish.h"

#include "acts.h"
#include "events.h"
#include "extension.h"
#include "log.h"

static char buffer[LINE_MAX_BYTES];

static void counters(void) {
  struct line line;
  events_head(&line, buffer, "outrider.invocations/1");
  line_text(&line, "function", settings.function);
  line_text(&line, "version", settings.version);
  line_hex(&line, "instance", shared->instance, sizeof shared->instance);
  line_time(&line, "since", shared->started_ns);
  line_time(&line, "until", now_real());
  line_number(&line, "invocations", shared->invocations);
  line_number(&line, "errors", shared->errors);
  line_number(&line, "init_errors", shared->init_errors);
  line_number(&line, "refused", shared->refused);
  line_number(&line, "emitted", state->emitted);
  line_number(&line, "received", shared->frames);
  line_number(&line, "dropped", state->dropped);
  line_number(&line, "unreadable", shared->bad_frames);
  line_number(&line, "limited", shared->limited);
  line_number(&line, "lines_lost", shared->lines_lost);
  line_number(&line, "acts_lost", shared->acts_lost);
  line_number(&line, "last_seq", shared->seq);
  line_number(&line, "bytes_up", shared->bytes_up);
  line_number(&line, "bytes_down", shared->bytes_down);
  line_number(&line, "connections", shared->connections);
  line_number(&line, "restarts", shared->restarts);
  line_end(&line);
  log_line(&line);
}

void finish_everything(uint64_t deadline) {
  events_settle(deadline - 50000000u);
  events_repeats();
  acts_emit(false);
  counters();
  log_flush(deadline);
}
