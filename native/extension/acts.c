#include "acts.h"

#include <string.h>

#include "events.h"
#include "extension.h"
#include "log.h"

#define ACT_BYTES 12288u /* of one as JSON: a frame of 8 KiB, escaped as text usually is */
#define LINE_ROOM (LINE_MAX_BYTES - 2048u) /* for acts; the rest is for what stands before them */
#define ACT_TIMES 160u /* count, first, last as members */

static char buffer[LINE_MAX_BYTES];
static char one[ACT_BYTES];

static struct act_entry *entry_at(uint32_t at) { return (struct act_entry *)(shared->acts + at); }

static uint32_t entry_bytes(const struct act_entry *entry) {
  return (uint32_t)(sizeof *entry + (entry->size + 7u) / 8 * 8);
}

static bool remember(uint64_t key) {
  for (uint64_t i = key, tries = 0; tries < 64; i++, tries++) {
    uint64_t *slot = &shared->act_keys[i % ACTS_SLOTS];
    if (*slot == key) return false;
    if (*slot) continue;
    *slot = key;
    return true;
  }
  shared->acts_lost++; /* more than a model could ever hold */
  return false;
}

static void count_again(uint64_t key, uint64_t time_ns) {
  for (uint32_t at = 0; at < shared->acts_used; at += entry_bytes(entry_at(at))) {
    struct act_entry *entry = entry_at(at);
    if (entry->key != key) continue;
    entry->count++;
    entry->last_ns = time_ns;
    return;
  }
}

void acts_add(const struct note *note) {
  struct line line;
  uint64_t key = note_key(note, false);
  if (!remember(key)) {
    count_again(key, note->time_ns);
    return;
  }
  line_begin(&line, one, sizeof one);
  note_members(&line, note);
  struct act_entry entry = {key, 1, note->time_ns, note->time_ns, (uint32_t)line.length - 1, 0};
  if (line.cut) {
    shared->acts_lost++;
    return;
  }
  if (entry_bytes(&entry) > ACTS_BYTES - shared->acts_used) acts_emit(false);
  memcpy(shared->acts + shared->acts_used, &entry, sizeof entry);
  memcpy(shared->acts + shared->acts_used + sizeof entry, one + 1, entry.size);
  shared->acts_used += entry_bytes(&entry); /* complete now: a worker that dies before leaves nothing half */
  if (++shared->acts_new >= ACTS_A_LINE) acts_emit(false);
}

static void head(struct line *line, uint32_t part, uint32_t of) {
  events_head(line, buffer, "outrider.acts/1");
  line_text(line, "function", settings.function);
  line_text(line, "version", settings.version);
  line_text(line, "image", shared->tree_ready ? shared->tree : "");
  line_hex(line, "instance", shared->instance, sizeof shared->instance);
  line_number(line, "invocations", shared->invocations);
  line_time(line, "since", shared->started_ns);
  line_time(line, "until", now_real());
  line_number(line, "part", part);
  line_number(line, "of", of);
  line_open(line, "acts", '[');
}

static void say_entry(struct line *line, const struct act_entry *entry) {
  line_open(line, NULL, '{');
  line_json(line, NULL, (const char *)(entry + 1), entry->size);
  line_number(line, "count", entry->count);
  line_time(line, "first", entry->first_ns);
  line_time(line, "last", entry->last_ns);
  line_close(line, '}');
}

/* Acts of one line, from `at` on; where the next line begins. */
static uint32_t line_from(uint32_t at) {
  size_t bytes = 0;
  for (; at < shared->acts_used; at += entry_bytes(entry_at(at))) {
    bytes += entry_at(at)->size + ACT_TIMES;
    if (bytes > LINE_ROOM) break;
  }
  return at;
}

void acts_emit(bool even_if_none) {
  struct line line;
  uint32_t parts = 0, part = 0, at = 0;
  if (!shared->acts_used && !even_if_none) return;
  for (uint32_t next = 0; next < shared->acts_used || !parts; parts++) next = line_from(next);
  do {
    uint32_t end = line_from(at);
    head(&line, ++part, parts);
    for (; at < end; at += entry_bytes(entry_at(at))) say_entry(&line, entry_at(at));
    line_close(&line, ']');
    line_end(&line);
    log_line(&line);
  } while (at < shared->acts_used);
  shared->acts_used = shared->acts_new = 0;
}
