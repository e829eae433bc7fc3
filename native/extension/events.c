#include "events.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "acts.h"
#include "distribution.h"
#include "extension.h"
#include "log.h"
#include "redact.h"

#define BURST 200u /* lines at once: an attack's worth; CloudWatch costs money by the byte */
#define LINES_A_SECOND 20u
#define WAITING_BYTES (64u << 10) /* of frames whose package is being looked for */

static char buffer[LINE_MAX_BYTES];
static struct {
  uint64_t tokens_e9, at_ns;
} rate;
static struct {
  uint8_t bytes[WAITING_BYTES];
  size_t size;
} waiting;

static bool may_log(void) {
  uint64_t now = now_steady();
  if (!rate.at_ns) rate.tokens_e9 = BURST * 1000000000ull;
  else rate.tokens_e9 += (now - rate.at_ns > 60000000000u ? 60000000000u : now - rate.at_ns) * LINES_A_SECOND;
  rate.at_ns = now;
  if (rate.tokens_e9 > BURST * 1000000000ull) rate.tokens_e9 = BURST * 1000000000ull;
  if (rate.tokens_e9 < 1000000000u) return false;
  rate.tokens_e9 -= 1000000000u;
  return true;
}

static uint64_t hash_slice(uint64_t hash, struct slice text) {
  return hash_bytes(hash_bytes(hash, text.at, text.size), "", 1);
}

uint64_t note_key(const struct note *note, bool with_arguments) {
  uint8_t head[] = {(uint8_t)note->type, note->kind,          note->has_address ? note->family : 0,
                    note->proto,         (uint8_t)note->port, (uint8_t)(note->port >> 8)};
  uint64_t hash = hash_bytes(0, head, sizeof head);
  hash = hash_slice(hash, note->program);
  hash = hash_slice(hash, note->code);
  hash = hash_slice(hash, note->name);
  if (!note->name.size) { /* a name has many addresses, and they change */
    hash = hash_slice(hash, note->target);
    hash = hash_slice(hash, note->host);
  }
  if (with_arguments) {
    uint8_t more[] = {note->verdict, (uint8_t)note->rule, (uint8_t)(note->rule >> 8), (uint8_t)note->error};
    hash = hash_bytes(hash, more, sizeof more);
    hash = hash_slice(hash, note->syscall);
    hash = hash_slice(hash, note->argv);
    hash = hash_slice(hash, note->message);
    if (note->name.size) hash = hash_slice(hash, note->target);
  }
  return hash ? hash : 1;
}

void events_head(struct line *line, char *into, const char *schema) {
  line_begin(line, into, LINE_MAX_BYTES);
  line_text(line, "schema", schema);
}

static void say_head(struct line *line, const char *type, uint64_t time_ns) {
  events_head(line, buffer, "outrider.event/1");
  line_text(line, "type", type);
  line_number(line, "seq", atomic_fetch_add(&shared->seq, 1) + 1);
  line_time(line, "time", time_ns);
  line_text(line, "container", "function");
  line_text(line, "function", settings.function);
  line_text(line, "version", settings.version);
  line_hex(line, "instance", shared->instance, sizeof shared->instance);
  uint64_t dropped = state->dropped + shared->limited + shared->lines_lost;
  if (dropped) line_number(line, "dropped", dropped);
}

static void say_text(struct line *line, const char *key, struct slice text) {
  if (text.size) line_bytes(line, key, text.at, text.size);
}

static void say_arguments(struct line *line, const char *key, struct slice text) {
  char shown[ARGUMENT_BYTES + 8];
  enum redact_next next = REDACT_NONE;
  if (!text.size) return;
  line_open(line, key, '[');
  for (size_t at = 0; at <= text.size;) {
    const char *end = at < text.size ? memchr(text.at + at, 0, text.size - at) : NULL;
    size_t size = end ? (size_t)(end - text.at) - at : text.size - at;
    size_t length = redact(text.at + at, size, shown, &next);
    line_item(line, shown, length);
    at += size + 1;
  }
  line_close(line, ']');
}

static void say_address(struct line *line, const struct note *note) {
  char host[INET6_ADDRSTRLEN];
  if (!note->has_address) return;
  line_open(line, "address", '{');
  line_text(line, "family", note->family == OR_UNIX ? "unix" : note->family == OR_INET ? "inet" : "inet6");
  line_text(line, "protocol", note->proto == OR_TCP ? "tcp" : note->proto == OR_UDP ? "udp" : "any");
  if (note->family == OR_UNIX) {
    struct slice path = note->host.size ? note->host : note->target;
    line_bytes(line, "host", path.at ? path.at : "", path.size);
    line_number(line, "port", 0);
  } else {
    if (!inet_ntop(note->family == OR_INET ? AF_INET : AF_INET6, note->host.at, host, sizeof host)) *host = 0;
    line_text(line, "host", host);
    line_number(line, "port", note->port);
  }
  line_close(line, '}');
}

static const char *kind_name(uint8_t kind) {
  static const char *const names[OR_KINDS] = {"exec",    "connect", "bind", "write", "syscall",
                                              "resolve", "read",    "load", "invoke"};
  return names[kind];
}

void note_members(struct line *line, const struct note *note) {
  line_text(line, "kind", kind_name(note->kind));
  say_text(line, "program", note->program);
  say_text(line, "target", note->target);
  say_address(line, note);
  say_text(line, "name", note->name);
  say_text(line, "code", note->code);
  say_text(line, "distribution", note->distribution);
  if (note->sha256) line_hex(line, "sha256", note->sha256, 32);
}

static void say_process(struct line *line, const struct note *note) {
  if (note->pid) line_number(line, "pid", note->pid);
  if (note->ppid) line_number(line, "ppid", note->ppid);
  if (note->uid) line_number(line, "uid", note->uid);
  if (note->gid) line_number(line, "gid", note->gid);
  say_arguments(line, "cmdline", note->cmdline);
  if (!note->ancestor_count) return;
  line_open(line, "ancestors", '[');
  for (unsigned i = 0; i < note->ancestor_count; i++) {
    uint32_t pid;
    memcpy(&pid, note->ancestors[i].at, 4);
    line_open(line, NULL, '{');
    line_number(line, "pid", pid);
    line_bytes(line, "program", note->ancestors[i].at + 4, note->ancestors[i].size - 4);
    line_close(line, '}');
  }
  line_close(line, ']');
}

static void say_words(struct line *line, const char *key, struct slice text) {
  if (!text.size) return;
  line_open(line, key, '[');
  for (size_t at = 0, end; at < text.size; at = end + 1) {
    for (end = at; end < text.size && text.at[end] != ' '; end++) continue;
    if (end > at) line_item(line, text.at + at, end - at);
  }
  line_close(line, ']');
}

static void say_note(const struct note *note) {
  static const char *const types[] = {"", "hello", "event", "repeat", "policy", "start", "counters", "trouble"};
  static const char *const verdicts[OR_VERDICTS] = {"allow", "alert", "block"};
  struct line line;
  say_head(&line, types[note->type], note->time_ns);
  if (note->has_verdict) line_text(&line, "verdict", verdicts[note->verdict]);
  if (note->has_kind) note_members(&line, note);
  else say_text(&line, "program", note->program);
  say_process(&line, note);
  if (note->rule) line_number(&line, "rule", note->rule);
  say_text(&line, "syscall", note->syscall);
  if (note->error) line_signed(&line, "errno", note->error);
  say_arguments(&line, "argv", note->argv);
  say_text(&line, "message", note->message);
  say_text(&line, "engine", note->engine);
  say_text(&line, "kernel", note->kernel);
  say_words(&line, "features", note->features);
  if (note->policy_id) line_hex(&line, "policy_id", note->policy_id, 16);
  if (note->policy_counter) line_number(&line, "policy_counter", note->policy_counter);
  if (note->has_mode) line_text(&line, "mode", note->mode == OR_MODE_BLOCK ? "block" : "alert");
  if (note->request_id.size) say_text(&line, "request_id", note->request_id);
  else if (*state->request_id) line_text(&line, "request_id", state->request_id);
  if (note->extra && *note->extra) line_json(&line, NULL, note->extra, strlen(note->extra));
  line_end(&line);
  log_line(&line);
}

static void say_repeat(struct seen *seen) {
  struct line line;
  if (!seen->unsent) return;
  say_head(&line, "repeat", now_real());
  line_number(&line, "ref_seq", seen->seq);
  line_number(&line, "count", seen->unsent);
  line_end(&line);
  if (log_line(&line)) seen->unsent = 0;
}

void events_repeats(void) {
  if (!shared->repeats) return;
  shared->repeats = false;
  for (unsigned i = 0; i < SEEN_SLOTS; i++) {
    if (shared->seen[i].unsent && may_log()) say_repeat(&shared->seen[i]);
    shared->repeats |= shared->seen[i].unsent != 0;
  }
}

/* True: said before, and now counted. Else *slot is where it is to be remembered. */
static bool said_before(uint64_t key, struct seen **slot) {
  struct seen *set = &shared->seen[key % (SEEN_SLOTS / SEEN_WAYS) * SEEN_WAYS], *oldest = set;
  for (unsigned i = 0; i < SEEN_WAYS; i++) {
    if (set[i].key == key) {
      set[i].unsent++;
      shared->repeats = true;
      return true;
    }
    if (set[i].key == 0 || (oldest->key && set[i].seq < oldest->seq)) oldest = &set[i];
  }
  *slot = oldest;
  return false;
}

static bool worth_a_line(const struct note *note) {
  if (settings.log_all) return true;
  switch (note->type) {
    case OR_EVENT: return note->verdict != OR_ALLOW;
    case OR_START: return note->pid == (uint32_t)state->runtime_pid || note->message.size;
    case OR_COUNTERS: return false;
    default: return true;
  }
}

void events_take(const struct note *note) {
  struct seen *slot;
  if (note->type == OR_EVENT && note->verdict == OR_ALLOW && state->learning) acts_add(note);
  if (!worth_a_line(note)) return;
  uint64_t key = note_key(note, true);
  if (said_before(key, &slot)) return;
  if (!may_log()) {
    shared->limited++;
    return;
  }
  say_repeat(slot);
  say_note(note);
  *slot = (struct seen){.key = key, .seq = shared->seq};
}

void events_say(const struct note *note) { say_note(note); }

void events_syscall(const char *name, uint8_t verdict, uint32_t rule, uint32_t pid, const char *program,
                    const char *message) {
  char path[512], link[64];
  struct note note = {.type = OR_EVENT,
                      .time_ns = now_real(),
                      .has_kind = true,
                      .kind = OR_SYSCALL,
                      .has_verdict = true,
                      .verdict = verdict,
                      .rule = rule,
                      .pid = pid ? pid : (uint32_t)state->runtime_pid,
                      .target = slice_of(name),
                      .syscall = slice_of(name),
                      .program = slice_of(program),
                      .message = slice_of(message)};
  if (!*program && note.pid) {
    snprintf(link, sizeof link, "/proc/%u/exe", note.pid);
    ssize_t size = readlink(link, path, sizeof path);
    note.program = (struct slice){path, size > 0 ? (size_t)size : 0};
  }
  events_take(&note);
}

void events_trouble(const char *message) {
  struct note note = {.type = OR_TROUBLE, .time_ns = now_real(), .message = slice_of(message)};
  events_take(&note);
}

/* With the package its code belongs to, which may take a look at some files. */
static void take_attributed(const uint8_t *bytes, size_t size) {
  struct note note;
  char package[DISTRIBUTION_BYTES];
  if (!note_read(bytes, size, &note)) return;
  distribution_of(note.code, package);
  note.distribution = slice_of(package);
  events_take(&note);
}

void events_datagram(const void *bytes, size_t size) {
  struct note note;
  char package[DISTRIBUTION_BYTES];
  shared->frames++;
  if (!note_read(bytes, size, &note)) {
    shared->bad_frames++;
    return;
  }
  if (note.code.size && !note.distribution.size) {
    bool known = distribution_known(note.code, package);
    if (!known && size + 4 <= WAITING_BYTES - waiting.size) {
      uint32_t length = (uint32_t)size;
      memcpy(waiting.bytes + waiting.size, &length, 4);
      memcpy(waiting.bytes + waiting.size + 4, bytes, size);
      waiting.size += size + 4;
      return;
    }
    if (known) note.distribution = slice_of(package);
  }
  events_take(&note);
}

bool events_idle(void) {
  uint32_t length;
  if (!waiting.size) return false;
  memcpy(&length, waiting.bytes, 4);
  take_attributed(waiting.bytes + 4, length);
  waiting.size -= length + 4;
  memmove(waiting.bytes, waiting.bytes + 4 + length, waiting.size);
  return waiting.size > 0;
}

void events_settle(uint64_t deadline) {
  while (waiting.size && now_steady() < deadline) events_idle();
}
