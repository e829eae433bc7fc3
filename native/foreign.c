/* foreign.c: see foreign.h.
 *
 * What the platform puts into a container has its parent outside: it, or one of its ancestors, has the parent 0 and is not
 * the first process. Nothing of theirs is trapped, so a look at /proc finds them, late by a second at most; what has ended
 * by then, and what lost its parent and now hangs below the first process, is not found. */
#include "foreign.h"

#include <signal.h>
#include <sys/stat.h>

#include "arguments.h"
#include "programs.h"
#include "report.h"
#include "resolve.h"
#include "traits.h"

#define PROCESSES 4096u /* remembered from one look to the next; beyond, each is looked at each time */
#define FOREIGN_MAX 128u /* at a time; more are told all the same, but again and again */
#define ENTERING_LOOKS 3
#define GENERATIONS 64
#define FIRST_NAMESPACE "pid:[4026531836]" /* PROC_PID_INIT_INO of the kernel: the machine's own, no container's */

struct foreign {
  int32_t pid; /* 0: free */
  bool alive;
  uint32_t entering; /* looks at which it still ran a file that is not in this container */
  uint64_t started, device, inode; /* of the process, and of what it runs: an exec is told anew */
};

static struct foreign table[FOREIGN_MAX];
static int32_t processes[2][PROCESSES];
static uint32_t counts[2], current;
static int proc = -1, last_pid = -1;
static char last_number[32];

static bool stat_of(int32_t pid, int32_t *parent, uint64_t *started) {
  char text[1024];
  if (proc_read(pid, "stat", text, sizeof text) <= 0) return false;
  const char *p = strrchr(text, ')'); /* then: state, ppid, and starttime as the 22nd of all (proc(5)) */
  uint64_t number = 0;
  for (int field = 2; p && field < 22; field++) {
    p = strchr(p, ' ');
    if (!p) return false;
    p++;
    if (field != 3) continue;
    const char *at = p;
    if (!parse_number(&at, &number)) return false;
    *parent = (int32_t)number;
  }
  return p && parse_number(&p, started);
}

static struct foreign *known(int32_t pid) {
  for (unsigned i = 0; i < FOREIGN_MAX; i++)
    if (table[i].pid == pid) return &table[i];
  return NULL;
}

static bool is_foreign(int32_t pid) {
  uint64_t started;
  for (int i = 0; i < GENERATIONS && pid != 1; i++) {
    int32_t parent = 1;
    if (!stat_of(pid, &parent, &started)) return false;
    if (parent == 0 || known(parent)) return true;
    pid = parent;
  }
  return false;
}

/* The process itself, held by `pidfd`; false: it has ended. */
static bool still_is(int pidfd, const struct foreign *one) {
  int32_t parent;
  uint64_t started;
  return pidfd >= 0 && stat_of(one->pid, &parent, &started) && started == one->started &&
         sys(__NR_pidfd_send_signal, pidfd, 0, NULL, 0) == 0;
}

static void judge_foreign(struct caller *caller, const struct foreign *one, const struct place *place) {
  uint32_t slot;
  const struct or_policy_header *policy = policy_acquire(&slot);
  struct program_hash hash = {0};
  struct act act = {.kind = OR_EXEC, .program = OR_PROGRAM_FOREIGN, .target = place->path};
  act.traits = traits_of_program(place) | TRAIT_FOREIGN;
  command_line_into(&arguments_of_process(one->pid)->line, &act);
  if (policy_asks_of(slot) & OR_ASKS_HASHES) program_hash(place->target, &hash);
  if (*hash.sha256) act.sha256 = hash.sha256;
  if (!policy_is_of_image(policy, &act)) act.traits |= TRAIT_NOT_OF_IMAGE;
  act.now = (uint32_t)(now_ns(0) / 1000000000u);
  struct decision decision = policy_decide(policy, &act);
  if (decision.verdict == OR_BLOCK && alert_only()) decision.verdict = OR_ALERT;
  policy_release(slot);
  const char *message = hash.wrong;
  int pidfd = (int)sys(__NR_pidfd_open, one->pid, 0);
  if (still_is(pidfd, one)) {
    if (decision.verdict == OR_BLOCK && sys(__NR_pidfd_send_signal, pidfd, SIGKILL, NULL, 0)) {
      decision.verdict = OR_ALERT;
      message = "to be killed, and could not be";
    } else if (decision.verdict == OR_BLOCK) {
      message = "killed";
    }
    report_foreign(caller, &act, decision, message);
  }
  close_fd(pidfd);
}

/* The container runtime itself on its way in (`runc init`) runs its own program, of outside, until it becomes what it was
 * asked for: that is told instead. What goes on running such a file is told after all. */
static bool is_entering(struct foreign *one, const struct place *place) {
  struct statx info;
  bool here = sys(__NR_statx, AT_FDCWD, place->path, AT_SYMLINK_NOFOLLOW, STATX_INO, &info) == 0 && info.stx_ino == place->inode &&
              ((uint64_t)info.stx_dev_major << 32 | info.stx_dev_minor) == place->device;
  return !here && one->entering++ < ENTERING_LOOKS;
}

/* What it runs, as a place; as of an exec. */
static void tell(struct foreign *one) {
  struct seccomp_notif call = {.pid = (uint32_t)one->pid};
  struct caller caller = {.call = &call, .tid = one->pid, .process = one->pid, .program = OR_PROGRAM_FOREIGN};
  struct place place;
  struct text_path exe = proc_path(one->pid, "exe");
  if (place_of_descriptor((int)sys(__NR_openat, AT_FDCWD, exe.bytes, O_PATH | O_CLOEXEC), &place)) return;
  if ((place.device != one->device || place.inode != one->inode) && !is_entering(one, &place)) {
    one->device = place.device;
    one->inode = place.inode;
    judge_foreign(&caller, one, &place);
  }
  place_close(&place);
}

static void take(int32_t pid) {
  int32_t parent;
  struct foreign beyond, *one = known(pid), fresh = {.pid = pid, .alive = true};
  if (!is_foreign(pid) || !stat_of(pid, &parent, &fresh.started)) return;
  if (!one) one = known(0);
  if (!one) one = &beyond;
  *one = fresh;
  tell(one);
}

static bool was_there(int32_t pid, uint32_t *at) {
  const int32_t *before = processes[!current];
  while (*at < counts[!current] && before[*at] < pid) ++*at; /* /proc lists them in ascending order */
  return *at < counts[!current] && before[*at] == pid;
}

static void look_at(void *at, int pid, const char *name) {
  (void)name;
  if (pid <= 1) return;
  struct foreign *one = known(pid);
  if (counts[current] < PROCESSES) processes[current][counts[current]++] = pid;
  if (one) one->alive = true;
  if (!was_there(pid, at)) take(pid);
}

static void list(void) {
  uint32_t at = 0;
  current = !current;
  counts[current] = 0;
  sys(__NR_lseek, proc, 0, 0 /* SEEK_SET */);
  each_number(proc, look_at, &at);
}

/* The number the namespace gave last: while it stays the same, nothing was started (proc(5), loadavg). */
static bool anything_new(void) {
  char text[64];
  long length = sys(__NR_pread64, last_pid, text, sizeof text - 1, 0);
  text[length > 0 ? length : 0] = 0;
  const char *number = strrchr(text, ' ');
  if (!number || strlen(number) >= sizeof last_number || strcmp(number, last_number) == 0) return !number;
  strcpy(last_number, number);
  return true;
}

void foreign_look(void) {
  if (anything_new()) {
    for (unsigned i = 0; i < FOREIGN_MAX; i++) table[i].alive = false;
    list();
    for (unsigned i = 0; i < FOREIGN_MAX; i++)
      if (!table[i].alive) table[i].pid = 0;
  }
  for (unsigned i = 0; i < FOREIGN_MAX; i++)
    if (table[i].pid) tell(&table[i]); /* it may run something else by now */
}

bool foreign_begin(void) {
  char namespace[64] = {0};
  int32_t parent = 0;
  uint64_t started;
  if (sys(__NR_readlinkat, AT_FDCWD, "/proc/self/ns/pid", namespace, sizeof namespace - 1) <= 0) return false;
  if (strcmp(namespace, FIRST_NAMESPACE) == 0) return false;
  if (self.guard->application != 1 && !(stat_of(self.guard->application, &parent, &started) && parent == 1)) return false;
  proc = (int)sys(__NR_openat, AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  last_pid = (int)sys(__NR_openat, AT_FDCWD, "/proc/loadavg", O_RDONLY | O_CLOEXEC);
  return proc >= 0 && last_pid >= 0;
}
