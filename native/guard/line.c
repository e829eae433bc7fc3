/* line.c: what was stopped while no extension was there to hear of it: a line of JSON on standard error, which goes to
 * the function's log, and if that does not wait. Only of the first process, whose standard error is known to be the log. */
#include <poll.h>

#include "inside.h"

#define LINE_BYTES 2048u

static const char *const kinds[OR_KINDS] = {"exec", "connect", "bind", "write", "syscall", "resolve", "read", "load", "invoke"};

/* Bytes that are not plain ASCII become '?': they come from whoever attacks. */
static void add_string(struct text *line, const char *key, const char *value) {
  if (!value || !*value) return;
  text_add(line, ",\"");
  text_add(line, key);
  text_add(line, "\":\"");
  for (; *value && line->length < LINE_BYTES - 64; value++) {
    if (*value == '"' || *value == '\\') text_add(line, "\\");
    text_bytes(line, *value >= ' ' && *value < 127 ? value : "?", 1);
  }
  text_add(line, "\"");
}

static void add_address(struct text *line, const struct act *act) {
  TEXT(address, 64);
  if (act->family == OR_INET) {
    for (int i = 0; i < 4; i++) {
      text_number(&address, act->addr[i]);
      text_add(&address, i < 3 ? "." : ":");
    }
  } else {
    text_add(&address, "[");
    for (int i = 0; i < 16; i += 2) {
      text_hex(&address, act->addr + i, 2);
      text_add(&address, i < 14 ? ":" : "]:");
    }
  }
  text_number(&address, act->port);
  add_string(line, "target", address.buffer);
}

void report_line(const struct act *act, struct decision decision, const struct telling *telling) {
  static _Atomic uint64_t told[64]; /* a loop that is refused must not fill the log */
  if ((int32_t)sys(__NR_getpid) != self.first_pid) return;
  bool network = act->family == OR_INET || act->family == OR_INET6;
  uint64_t key = hash_bytes(act->kind + 1, network ? (const char *)act->addr : act->target, network ? 16 : strlen(act->target));
  if (atomic_exchange(&told[key % 64], key) == key) return;
  TEXT(line, LINE_BYTES);
  text_add(&line, "{\"schema\":\"outrider.event/1\",\"type\":\"event\",\"container\":\"function\",\"kind\":\"");
  text_add(&line, kinds[act->kind]);
  text_add(&line, "\",\"verdict\":\"block\",\"rule\":");
  text_number(&line, decision.rule);
  text_add(&line, ",\"pid\":");
  text_number(&line, (uint64_t)self.first_pid);
  add_string(&line, "program", act->program);
  if (network) add_address(&line, act);
  else add_string(&line, "target", act->target);
  add_string(&line, "name", act->name);
  add_string(&line, "syscall", telling->call);
  add_string(&line, "message", telling->message);
  if (attribution_of) add_string(&line, "code", attribution_of(act));
  text_add(&line, "}\n");
  struct pollfd log = {2, POLLOUT, 0};
  const int64_t at_once[2] = {0, 0};
  if (sys(__NR_ppoll, &log, 1, at_once, NULL, 0) == 1 && log.revents & POLLOUT) sys(__NR_write, 2, line.buffer, line.length);
}
