/* invocation.c: what the proxy sees, and what follows from it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "acts.h"
#include "decide.h"
#include "events.h"
#include "link.h"
#include "log.h"
#include "outlive.h"
#include "worker.h"

#define IN_HAND 64u /* at once: Managed Instances */
#define CHORES_NS 20000000u /* between an answer and the next event: nobody waits for the function then */

struct invocation {
  char id[64]; /* "": free */
  char arn[176], trace[96];
  uint64_t started_ns, deadline_ms, size;
  uint32_t depth;
  char source[SOURCE_BYTES], keys[TOP_KEYS_BYTES];
};

static struct invocation in_hand[IN_HAND];
static unsigned count;
static struct event_facts facts; /* of the event judged last: it starts next */
static char judged[64];
static bool ended; /* since the runtime last asked */

static void copy_header(const struct head *head, const char *name, char *out, size_t size) {
  struct slice value = http_header(head, name);
  size_t length = value.size < size - 1 ? value.size : size - 1;
  memcpy(out, value.at, length);
  out[length] = 0;
}

static struct invocation *find(const char *id) {
  for (unsigned i = 0; i < IN_HAND; i++)
    if (strcmp(in_hand[i].id, id) == 0) return &in_hand[i];
  return NULL;
}

static void let_go(struct invocation *one) {
  one->id[0] = 0;
  count--;
}

/* A runtime that was ended in an invocation never answers for it. */
static void forget_late(void) {
  uint64_t now = now_real() / 1000000u;
  for (unsigned i = 0; i < IN_HAND && count; i++)
    if (in_hand[i].id[0] && in_hand[i].deadline_ms + 1000 < now) let_go(&in_hand[i]);
}

void invocation_asked(void) {
  if (count) forget_late();
  if (count) return;
  worker_drain(); /* what was sent before the answer belongs to that invocation */
  if (!shared->init_over) {
    shared->init_over = true;
    outlive_baseline();
  } else if (ended) {
    outlive_look();
    events_settle(now_steady() + CHORES_NS);
    events_repeats();
    learning_check();
    if (state->learning) tree_start();
  }
  worker_policy();
  ended = false;
  state_request("");
  state->phase = OR_PHASE_IDLE;
  log_flush(0);
}

/* The door for a look at what an event says: it is given the whole event, when it is no larger than EVENT_HELD_MAX, and
 * what its shape tells. Today size, depth and shape are what decides. */
static struct decision inspect(const struct event_facts *of, const char *event, size_t size, char why[160]) {
  const struct or_policy_header *policy = decide_policy();
  (void)event, (void)size;
  if (policy && policy->event_max_bytes && of->size > policy->event_max_bytes) {
    snprintf(why, 160, "it has %llu bytes, %u is the most", (unsigned long long)of->size, policy->event_max_bytes);
    return decide_beyond_limit();
  }
  if (policy && policy->event_max_depth && of->depth > policy->event_max_depth) {
    snprintf(why, 160, "it is nested %u deep, %u is the most", of->depth, policy->event_max_depth);
    return decide_beyond_limit();
  }
  snprintf(why, 160, "its source or shape (%s)", of->source);
  return decide(OR_INVOKE, of->keys, of->source);
}

static struct note note_of(const char *id, struct decision decision) {
  return (struct note){.type = OR_EVENT,
                       .time_ns = now_real(),
                       .has_kind = true,
                       .kind = OR_INVOKE,
                       .has_verdict = true,
                       .verdict = (uint8_t)decision.verdict,
                       .rule = decision.rule,
                       .program = slice_of(facts.keys),
                       .target = slice_of(facts.source),
                       .request_id = slice_of(id),
                       .pid = (uint32_t)state->runtime_pid};
}

bool invocation_judge(const char *id, const char *event, size_t size, uint64_t announced, char why[160]) {
  if (event) event_facts_of(event, size, &facts);
  else facts = (struct event_facts){.size = announced, .source = "direct"}; /* too large to be held back */
  struct decision decision = inspect(&facts, event, size, why);
  snprintf(judged, sizeof judged, "%s", id);
  struct note note = note_of(id, decision);
  if (decision.verdict == OR_ALLOW) {
    if (state->learning) acts_add(&note);
    return true;
  }
  note.message = slice_of(why);
  if (decision.verdict == OR_BLOCK) {
    note.error = 1; /* EPERM, as everywhere */
    shared->refused++;
  }
  events_take(&note);
  return decision.verdict != OR_BLOCK;
}

void invocation_starts(const struct head *head, uint64_t size) {
  struct invocation *one = find(""), fresh = {.started_ns = now_steady(), .size = size};
  char deadline[24];
  copy_header(head, "lambda-runtime-aws-request-id", fresh.id, sizeof fresh.id);
  copy_header(head, "lambda-runtime-invoked-function-arn", fresh.arn, sizeof fresh.arn);
  copy_header(head, "lambda-runtime-trace-id", fresh.trace, sizeof fresh.trace);
  copy_header(head, "lambda-runtime-deadline-ms", deadline, sizeof deadline);
  fresh.deadline_ms = strtoull(deadline, NULL, 10);
  if (strcmp(judged, fresh.id) == 0) {
    fresh.depth = facts.depth;
    memcpy(fresh.source, facts.source, sizeof fresh.source);
    memcpy(fresh.keys, facts.keys, sizeof fresh.keys);
  }
  if (one && fresh.id[0]) {
    *one = fresh;
    count++;
  }
  shared->invocations++;
  state->invocations++;
  state_request(fresh.id);
  state->phase = OR_PHASE_INVOKE;
}

static void tell_end(const struct invocation *one, const struct link *link) {
  static char extra[1024];
  struct line line;
  if (!settings.log_all) return;
  line_begin(&line, extra, sizeof extra - 1);
  line_text(&line, "outcome", link->route == ROUTE_RESPONSE ? "response" : "error");
  line_number(&line, "status", (uint64_t)link->status);
  line_number(&line, "event_bytes", one->size);
  line_number(&line, "event_depth", one->depth);
  line_number(&line, "answer_bytes", link->sent_up);
  line_number(&line, "duration_us", (now_steady() - one->started_ns) / 1000);
  line_number(&line, "deadline_ms", one->deadline_ms);
  line_text(&line, "arn", one->arn);
  line_text(&line, "trace", one->trace);
  line_close(&line, '}');
  static char member[1100];
  if (line.cut) return;
  snprintf(member, sizeof member, "\"invocation\":%.*s", (int)line.length, extra);
  struct note note = {.type = OR_EVENT,
                      .time_ns = now_real(),
                      .has_kind = true,
                      .kind = OR_INVOKE,
                      .has_verdict = true,
                      .verdict = OR_ALLOW,
                      .program = slice_of(one->keys),
                      .target = slice_of(one->source),
                      .request_id = slice_of(one->id),
                      .extra = member,
                      .pid = (uint32_t)state->runtime_pid};
  events_say(&note);
}

void invocation_ends(const struct link *link) {
  if (link->route == ROUTE_INIT_ERROR) shared->init_errors++;
  if (link->route == ROUTE_RESTORE && link->status == 200) worker_restored();
  if (link->route != ROUTE_RESPONSE && link->route != ROUTE_ERROR) return;
  struct invocation *one = find(link->id);
  if (!one || !link->id[0]) {
    events_syscall("runtime_api", OR_ALERT, 0, 0, "", "an answer for an invocation that is not in hand");
    return;
  }
  if (link->status < 200 || link->status > 299) return; /* the platform did not take it: the runtime may say it again */
  if (link->route == ROUTE_ERROR) shared->errors++;
  tell_end(one, link);
  let_go(one);
  ended = true;
}

bool invocation_may_register(const struct head *head) {
  struct slice name = http_header(head, "lambda-extension-name");
  char message[160];
  if (!shared->init_over) return true; /* an extension inside the runtime registers during init */
  struct decision decision = decide(OR_SYSCALL, "", "extension_register");
  if (decision.verdict == OR_ALLOW) return true;
  snprintf(message, sizeof message, "an extension is registered by the function: %.*s",
           (int)(name.size < 64 ? name.size : 64), name.at);
  events_syscall("extension_register", (uint8_t)decision.verdict, decision.rule, 0, "", message);
  return decision.verdict != OR_BLOCK;
}
