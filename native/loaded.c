/* loaded.c: see loaded.h.
 *
 * mmap is far too frequent to be trapped, so nothing is decided here: each process that ran a program is looked at, in
 * /proc/PID/maps (proc(5)), half a second later, then after 5, 30 and every 60 seconds. A file is told once for each
 * program that maps it. What lives less than half a second is not seen: what it needs at its start, the scanner reads
 * from the program itself (DT_NEEDED). Only where the policy asks for what is allowed: that is how it is learned. */
#include "loaded.h"

#include "report.h"
#include "siphash.h"

#define EXPECTED 256u  /* power of two; more between two looks: the oldest are not looked at */
#define PROCESSES 256u /* looked at from time to time; more at once: the new ones are not */
#define TOLD 2048u     /* power of two; pairs of program and file, three quarters of them at most */
#define LOOKS_AT_ONCE 16u
#define SECOND 1000000000ull

struct looked_at {
  int32_t pid; /* 0: free */
  uint32_t looks;
  uint64_t due_ns;
};

static _Atomic int32_t expected[EXPECTED];
static _Atomic uint32_t expected_end;
static uint32_t expected_begin, told_count;
static struct looked_at processes[PROCESSES];
static uint64_t told[TOLD];
static bool complained;

void loaded_expect(int32_t process) {
  uint32_t at = atomic_fetch_add(&expected_end, 1);
  atomic_store(&expected[at & (EXPECTED - 1)], process);
}

static void too_many(void) {
  if (!complained) report_trouble("more programs and libraries than are remembered: what else is loaded is not told");
  complained = true;
}

/* Its place, or one for it; NULL: all are taken. */
static struct looked_at *place_for(int32_t pid) {
  struct looked_at *slot = NULL;
  for (unsigned i = 0; i < PROCESSES; i++) {
    if (processes[i].pid == pid) return &processes[i];
    if (!processes[i].pid && !slot) slot = &processes[i];
  }
  return slot;
}

static void forget_the_dead(void) {
  for (unsigned i = 0; i < PROCESSES; i++)
    if (processes[i].pid && sys(__NR_kill, processes[i].pid, 0) == -ESRCH) processes[i].pid = 0;
}

static void admit_expected(uint64_t now, bool asked) {
  uint32_t end = atomic_load(&expected_end);
  bool swept = false;
  if (end - expected_begin > EXPECTED) expected_begin = end - EXPECTED;
  for (; expected_begin != end; expected_begin++) {
    int32_t pid = atomic_exchange(&expected[expected_begin & (EXPECTED - 1)], 0);
    if (pid <= 0) continue; /* 0: counted, and about to be written; the next exec of its process is seen again */
    struct looked_at *slot = place_for(pid);
    if (!slot && !swept) {
      forget_the_dead();
      swept = true;
      slot = place_for(pid);
    }
    if (slot) *slot = (struct looked_at){pid, 0, now + SECOND / 2};
    else if (asked) too_many();
  }
}

/* True the first time. */
static bool is_news(const char *program, const char *file) {
  uint64_t key = siphash(self.guard->hash_key, siphash(self.guard->hash_key, 0, program, strlen(program)), file, strlen(file)) | 1;
  for (uint32_t at = (uint32_t)(key >> 32);; at++) {
    uint64_t *slot = &told[at & (TOLD - 1)];
    if (*slot == key) return false;
    if (*slot) continue;
    if (told_count == TOLD / 4 * 3) {
      too_many();
      return false;
    }
    told_count++;
    *slot = key;
    return true;
  }
}

/* One line: range, permissions, offset, device, inode, path. NULL: no file that code is run from. */
static const char *executable_file(const char *line) {
  const char *permissions = strchr(line, ' ');
  if (!permissions || strlen(permissions) < 5 || permissions[3] != 'x') return NULL;
  const char *file = strchr(line, '/'), *end = " (deleted)"; /* such is nothing that came with an image */
  size_t length = file ? strlen(file) : 0, short_by = strlen(end);
  return length > short_by && strcmp(file + length - short_by, end) == 0 ? NULL : file;
}

static void tell(struct caller *caller, const char *file) {
  struct act act = {.kind = OR_LOAD, .program = caller->program, .target = file};
  struct report report = {&act, {OR_ALLOW, 0, 0}, "", 0, NULL, 0};
  if (strcmp(caller->program, file) != 0 && is_news(caller->program, file)) report_act(caller, &report);
}

/* One line after the other; what follows the last of them. */
static char *tell_lines(struct caller *caller, char *line) {
  for (char *end; (end = strchr(line, '\n')); line = end + 1) {
    *end = 0;
    const char *file = executable_file(line);
    if (file) tell(caller, file);
  }
  return line;
}

/* False: it has ended, or may not be looked into. */
static bool look(int32_t pid) {
  static char lines[2 * PATH_BYTES];
  static struct seccomp_notif call;
  static struct caller caller;
  call.pid = (uint32_t)pid;
  caller.call = &call;
  caller.tid = caller.process = pid;
  struct text_path exe = proc_path(pid, "exe"), maps = proc_path(pid, "maps");
  long length = sys(__NR_readlinkat, AT_FDCWD, exe.bytes, caller.program, sizeof caller.program - 1);
  int fd = length > 0 ? (int)sys(__NR_openat, AT_FDCWD, maps.bytes, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return false;
  caller.program[length] = 0;
  size_t kept = 0; /* of a line that goes on */
  while ((length = sys(__NR_read, fd, lines + kept, sizeof lines - 1 - kept)) > 0) {
    lines[kept + (size_t)length] = 0;
    char *rest = tell_lines(&caller, lines);
    kept = strlen(rest);
    if (kept == sizeof lines - 1) kept = 0; /* no line of maps is that long */
    memmove(lines, rest, kept);
  }
  close_fd(fd);
  return true;
}

static bool is_asked_for(void) {
  uint32_t slot;
  const struct or_policy_header *policy = policy_acquire(&slot);
  bool asked = policy->flags & OR_REPORT_ALLOWED;
  policy_release(slot);
  return asked;
}

uint64_t loaded_look(uint64_t now) {
  static const uint32_t pauses[] = {5, 30, 60};
  uint64_t next = UINT64_MAX;
  unsigned left = LOOKS_AT_ONCE;
  bool asked = is_asked_for();
  admit_expected(now, asked);
  for (unsigned i = 0; i < PROCESSES; i++) {
    struct looked_at *one = &processes[i];
    if (!one->pid) continue;
    if (one->due_ns <= now && left) {
      left--;
      one->due_ns = now + pauses[one->looks < 2 ? one->looks : 2] * SECOND;
      one->looks++;
      if (asked ? !look(one->pid) : sys(__NR_kill, one->pid, 0) == -ESRCH) one->pid = 0;
    }
    if (one->pid && one->due_ns < next) next = one->due_ns;
  }
  return next;
}
