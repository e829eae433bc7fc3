#include "report.h"

#include <sys/utsname.h>

#include "agent.h"
#include "alert_only.h"
#include "frame.h"
#include "probe.h"
#include "siphash.h"
#include "traits.h"

/* With other arguments, other traits or other bytes, a program does something else: that is told, not counted. */
static uint64_t key_of(const struct report *report, const char *arguments, size_t size, const char *traits) {
  const struct act *act = report->act;
  uint32_t numbers[] = {act->kind, report->decision.verdict, report->decision.rule, report->error, act->family, act->proto, act->port};
  const uint64_t *secret = self.guard->hash_key; /* of this instance: nobody outside can make two acts look the same */
  uint64_t key = siphash(secret, 0, numbers, sizeof numbers);
  key = siphash(secret, key, act->addr, sizeof act->addr);
  key = siphash(secret, key, act->program, strlen(act->program));
  key = siphash(secret, key, act->target, strlen(act->target));
  key = siphash(secret, key, report->syscall, strlen(report->syscall));
  if (act->name) key = siphash(secret, key, act->name, strlen(act->name));
  if (act->sha256) key = siphash(secret, key, act->sha256, strlen(act->sha256));
  key = siphash(secret, key, arguments, size);
  key = siphash(secret, key, traits, strlen(traits));
  return key ? key : 1;
}

void report_ancestors(struct frame *frame, int32_t process, bool parent_too) {
  char text[4096];
  uint64_t parent = 0;
  for (int depth = 0; depth < 8; depth++) {
    if (proc_read(process, "status", text, sizeof text) <= 0 || !status_number(text, "PPid:", 10, &parent)) break;
    if (depth == 0 && parent_too) field_u32(frame, OR_T_PPID, (uint32_t)parent);
    if (parent == 0) break;
    process = (int32_t)parent;
    uint8_t ancestor[4 + 320];
    uint32_t pid = (uint32_t)process;
    memcpy(ancestor, &pid, sizeof pid);
    struct text_path exe = proc_path(process, "exe");
    long got = sys(__NR_readlinkat, AT_FDCWD, exe.bytes, ancestor + 4, sizeof ancestor - 4);
    field(frame, OR_T_ANCESTOR, ancestor, 4 + (size_t)(got > 0 ? got : 0));
  }
}

/* Command line, parent and ancestors as fields. */
static void add_lineage(struct frame *frame, int32_t process) {
  char text[1025];
  long length = proc_read(process, "cmdline", text, sizeof text);
  while (length > 0 && text[length - 1] == 0) length--;
  if (length > 0) field(frame, OR_T_CMDLINE, text, (size_t)length);
  report_ancestors(frame, process, true);
}

/* A lineage costs more to read than all the rest of an event, and the next event is often of the same task. Until it
 * or another runs a program or becomes somebody else, it is told as it was first seen. */
struct lineage {
  uint64_t task; /* caller_task() */
  uint32_t epoch;
  size_t size;
  uint8_t fields[4096];
};

static void add_process(struct frame *frame, struct caller *caller) {
  static struct lineage lineages[WORKERS + 1];
  struct lineage *last = &lineages[worker_index()];
  const struct identity *who = caller_identity(caller);
  uint32_t epoch = atomic_load(&self.guard->epoch);
  uint64_t task = caller_task(caller);
  field_u32(frame, OR_T_PID, (uint32_t)caller_process(caller));
  if (who) {
    field_u32(frame, OR_T_UID, who->uid);
    field_u32(frame, OR_T_GID, who->gid);
  }
  field_text(frame, OR_T_PROGRAM, caller->program);
  size_t start = frame->length;
  if (task && task == last->task && epoch == last->epoch) {
    memcpy(frame->bytes + start, last->fields, last->size);
    frame->length += last->size;
    return;
  }
  add_lineage(frame, caller_process(caller));
  size_t size = frame->length - start;
  last->task = size <= sizeof last->fields ? task : 0;
  last->epoch = epoch;
  last->size = size;
  if (last->task) memcpy(last->fields, frame->bytes + start, size);
}

static void add_target(struct frame *frame, const struct act *act) {
  if (*act->target) field_text(frame, OR_T_TARGET, act->target);
  if (act->kind != OR_CONNECT && act->kind != OR_BIND) return;
  if (act->family != OR_INET && act->family != OR_INET6) return;
  uint8_t address[4 + 16] = {act->family, act->proto, (uint8_t)act->port, (uint8_t)(act->port >> 8)};
  size_t size = act->family == OR_INET ? 4 : 16;
  memcpy(address + 4, act->addr, size);
  field(frame, OR_T_ADDRESS, address, 4 + size);
}

/* With a container's first process the kernel ends us too, at once. So what was stopped is on its way before the caller
 * hears of it. When the agent lags behind, nobody waits for it. */
static void wait_until_sent(uint64_t before) {
  struct timespec pause = {0, 50000};
  const struct ring *ring = &self.guard->ring;
  if (__atomic_load_n(&ring->sent, __ATOMIC_RELAXED) < before) return;
  for (int i = 0; i < 20 && agent_connected() && __atomic_load_n(&ring->sent, __ATOMIC_RELAXED) <= before; i++)
    sys(__NR_nanosleep, &pause, NULL);
}

static void tell_act(struct caller *caller, const struct report *report, const char *arguments, size_t size) {
  uint8_t hash[OR_HASH_BYTES];
  TEXT(traits, 160);
  traits_of(caller, report->act, &traits);
  uint64_t key = key_of(report, arguments, size, traits.buffer);
  if (frame_was_told(key)) return;
  struct frame frame;
  frame_begin(&frame, OR_EVENT);
  field_u8(&frame, OR_T_KIND, report->act->kind);
  field_u8(&frame, OR_T_VERDICT, report->decision.verdict);
  field_u32(&frame, OR_T_RULE, report->decision.rule);
  add_process(&frame, caller);
  add_target(&frame, report->act);
  if (report->act->name) field_text(&frame, OR_T_NAME, report->act->name);
  field_text(&frame, OR_T_SYSCALL, report->syscall);
  if (report->error) field_u32(&frame, OR_T_ERRNO, report->error);
  if (report->message) field_text(&frame, OR_T_MESSAGE, report->message);
  if (size) field(&frame, OR_T_ARGV, arguments, size);
  if (report->act->sha256 && hash_of_hex(report->act->sha256, hash)) field(&frame, OR_T_SHA256, hash, sizeof hash);
  if (traits.length) field_text(&frame, OR_T_TRAITS, traits.buffer);
  uint64_t before = frame_tell(&frame, key);
  /* What is stopped; and what is rare, and often a program's last act: Postfix signals its group and ends. */
  if (report->decision.verdict == OR_BLOCK || report->act->kind == OR_SYSCALL) {
    keeper_hurry();
    wait_until_sent(before);
  } else {
    keeper_wake(); /* within a tick, many in one piece: a burst must not wake the agent once an event */
  }
}

void report_act(struct caller *caller, const struct report *report) {
  char arguments[1024];
  size_t size = report->argv ? caller_arguments(caller, report->argv, arguments, sizeof arguments) : 0;
  tell_act(caller, report, arguments, size);
}

void report_foreign(struct caller *caller, const struct act *act, struct decision decision, const char *message) {
  char arguments[1024];
  struct report report = {act, decision, "", 0, message, 0};
  long length = proc_read(caller->tid, "cmdline", arguments, sizeof arguments);
  while (length > 0 && arguments[length - 1] == 0) length--;
  tell_act(caller, &report, arguments, length > 0 ? (size_t)length : 0);
}

static void add_situation(struct frame *frame) {
  struct utsname name;
  TEXT(text, 256);
  uint32_t slot;
  field(frame, OR_T_INSTANCE, self.guard->instance, sizeof self.guard->instance);
  field_text(frame, OR_T_CONTAINER, self.options->container);
  field_u32(frame, OR_T_PID, (uint32_t)self.guard->application);
  field_u32(frame, OR_T_UID, self.identity.uid);
  field_u32(frame, OR_T_GID, self.identity.gid);
  field_text(frame, OR_T_ENGINE, self.engine);
  if (sys(__NR_uname, &name) == 0) {
    text_add(&text, name.release);
    text_add(&text, " ");
    text_add(&text, name.machine);
    field_text(frame, OR_T_KERNEL, text.buffer);
  }
  TEXT(features, 256);
  feature_names(self.guard->features, &features);
  const struct or_policy_header *policy = policy_acquire(&slot);
  TEXT(undecided, 64);
  undecided_names(policy, &undecided);
  if (undecided.length && features.length) text_add(&features, " ");
  text_add(&features, undecided.buffer);
  field_text(frame, OR_T_FEATURES, features.buffer);
  field_u8(frame, OR_T_MODE, alert_only() ? OR_MODE_ALERT : policy->mode);
  field(frame, OR_T_POLICY_ID, policy->id, sizeof policy->id);
  field_u64(frame, OR_T_POLICY_COUNTER, policy->counter);
  policy_release(slot);
}

size_t hello_frame(uint8_t *buffer, size_t size) {
  struct frame frame;
  frame_begin(&frame, OR_HELLO);
  add_situation(&frame);
  struct or_frame *head = (struct or_frame *)frame.bytes;
  head->length = (uint32_t)(frame.length - sizeof head->length);
  head->dropped = self.guard->ring.dropped;
  if (frame.length > size) return 0;
  memcpy(buffer, frame.bytes, frame.length);
  return frame.length;
}

void report_start(const char *trouble) {
  struct frame frame;
  TEXT(arguments, 1024);
  frame_begin(&frame, OR_START);
  add_situation(&frame);
  for (char **p = self.options->program; *p && !arguments.cut; p++) text_bytes(&arguments, *p, strlen(*p) + 1);
  field(&frame, OR_T_ARGV, arguments.buffer, arguments.length ? arguments.length - 1 : 0);
  if (trouble) field_text(&frame, OR_T_MESSAGE, trouble);
  frame_emit(&frame);
}

void report_policy(const char *error) {
  struct frame frame;
  frame_begin(&frame, OR_POLICY);
  add_situation(&frame);
  field_u8(&frame, OR_T_VERDICT, error ? OR_BLOCK : OR_ALLOW);
  if (error) field_text(&frame, OR_T_MESSAGE, error);
  frame_emit(&frame);
}

void report_switch(const char *error) {
  struct frame frame;
  TEXT(message, 640);
  frame_begin(&frame, OR_POLICY);
  add_situation(&frame);
  field_u8(&frame, OR_T_VERDICT, error ? OR_BLOCK : OR_ALLOW);
  text_add(&message, error ? "the alert-only switch was refused: " : alert_only() ? "alert-only is on, nothing is stopped: " : "alert-only is off: ");
  text_add(&message, error ? error : alert_only_text());
  field_text(&frame, OR_T_MESSAGE, message.buffer);
  frame_emit(&frame);
}

void report_counters(void) {
  uint64_t told, dropped = ring_dropped(&told);
  if (dropped == told) return;
  struct frame frame;
  TEXT(message, 64);
  frame_begin(&frame, OR_COUNTERS);
  text_add(&message, "dropped=");
  text_number(&message, dropped);
  field_text(&frame, OR_T_MESSAGE, message.buffer);
  frame_emit(&frame);
}

void report_trouble(const char *message) {
  struct frame frame;
  frame_begin(&frame, OR_TROUBLE);
  field_text(&frame, OR_T_MESSAGE, message);
  frame_emit(&frame);
}
