/* outlive.c: a background process is how an attacker stays in a warm environment. Whatever of the function's runs at
 * the end of an invocation and did not at the end of init is told, and stopped when the policy blocks the act
 * `outlive`. */
#include "outlive.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decide.h"
#include "events.h"
#include "extension.h"

#define KNOWN_MAX 512u /* Lambda allows 1,024 processes and threads */
#define ANCESTORS_MAX 64

struct process {
  int32_t pid, parent;
  uint64_t start; /* in clock ticks since boot: with the pid it names one process for good */
  char state;
};

static struct {
  struct process known[KNOWN_MAX]; /* of init, and those told since */
  unsigned count;
  int32_t runtime;
  uint64_t last_pid; /* the newest there was at the last look */
  bool made;
} seen;

static size_t read_proc(int32_t pid, const char *name, char *out, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t got = fd >= 0 ? read(fd, out, size - 1) : -1;
  if (fd >= 0) close(fd);
  out[got > 0 ? got : 0] = 0;
  return got > 0 ? (size_t)got : 0;
}

static bool process_of(int32_t pid, struct process *out) {
  char text[1024];
  if (!read_proc(pid, "stat", text, sizeof text)) return false;
  char *at = strrchr(text, ')'); /* a name may hold anything */
  *out = (struct process){.pid = pid};
  if (!at || sscanf(at + 1, " %c %d", &out->state, &out->parent) != 2) return false;
  for (int field = 2; field < 22 && at; field++) at = strchr(at + 1, ' ');
  if (!at) return false;
  out->start = strtoull(at + 1, NULL, 10);
  return true;
}

static const struct process *known(int32_t pid) {
  for (unsigned i = 0; i < seen.count; i++)
    if (seen.known[i].pid == pid) return &seen.known[i];
  return NULL;
}

static void add(const struct process *process) {
  if (seen.count < KNOWN_MAX) seen.known[seen.count++] = *process;
}

/* The number the kernel gave last, to a process or a thread: while it stays, nobody new can be there. */
static uint64_t newest_pid(void) {
  static int fd = -1;
  char text[128];
  if (fd < 0) fd = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
  ssize_t got = fd >= 0 ? pread(fd, text, sizeof text - 1, 0) : -1;
  if (got <= 0) return 0;
  text[got] = 0;
  const char *last = strrchr(text, ' ');
  return last ? strtoull(last, NULL, 10) : 0;
}

static void for_each(void (*visit)(int32_t pid)) {
  DIR *listing = opendir("/proc");
  if (!listing) return;
  for (struct dirent *entry; (entry = readdir(listing));) {
    int32_t pid = atoi(entry->d_name);
    if (pid > 0) visit(pid);
  }
  closedir(listing);
}

static void take_as_known(int32_t pid) {
  struct process process;
  if (process_of(pid, &process)) add(&process);
}

void outlive_baseline(void) {
  seen.count = 0;
  seen.made = true;
  seen.runtime = state->runtime_pid;
  seen.last_pid = newest_pid();
  for_each(take_as_known);
}

/* Only what the wrapper started carries our variable; the guard puts it into every child's environment. A process that
 * has none at all hides something. */
static bool carries_guard(int32_t pid) {
  static char text[16384];
  size_t size = read_proc(pid, "environ", text, sizeof text);
  return size == 0 || memmem(text, size, "OUTRIDER_GUARD=", 15) != NULL;
}

/* Of the function: a descendant of the runtime, or of an orphan that was one. Not: what other extensions start. */
static bool of_the_function(const struct process *process) {
  struct process top = *process;
  for (int i = 0; i < ANCESTORS_MAX && top.parent > 1; i++) {
    int32_t parent = top.parent;
    if (parent == seen.runtime) return true;
    if (parent == state->extension_pid || parent == getpid() || !process_of(parent, &top)) return false;
  }
  const struct process *before = known(top.pid);
  return !(before && before->start == top.start) && carries_guard(process->pid);
}

static void look_at(int32_t pid) {
  struct process process;
  char program[1024], link[64];
  if (pid == getpid() || pid == state->extension_pid || pid == seen.runtime || !process_of(pid, &process)) return;
  const struct process *before = known(pid);
  if ((before && before->start == process.start) || process.state == 'Z' || !of_the_function(&process)) return;
  snprintf(link, sizeof link, "/proc/%d/exe", pid);
  ssize_t size = readlink(link, program, sizeof program - 1);
  program[size > 0 ? size : 0] = 0;
  struct decision decision = decide(OR_SYSCALL, program, "outlive");
  bool stop = decision.verdict == OR_BLOCK && kill(pid, SIGKILL) == 0;
  events_syscall("outlive", (uint8_t)decision.verdict, decision.rule, (uint32_t)pid, program,
                 stop ? "a process outlived the invocation that started it; it was killed"
                      : "a process outlives the invocation that started it");
  if (!stop) add(&process); /* told once */
}

void outlive_look(void) {
  if (!seen.made || seen.runtime != state->runtime_pid) { /* another runtime: its init was just now */
    outlive_baseline();
    return;
  }
  uint64_t newest = newest_pid();
  if (newest && newest == seen.last_pid) return;
  for_each(look_at);
  seen.last_pid = newest;
}
