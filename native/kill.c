/* kill.c: kill(-1), "everybody I may signal". Left to the kernel it would take the supervisor along; so the supervisor
 * does it for the caller, as the caller, and leaves itself out. See kill(2). */
#include "judge.h"
#include "traps.h"

struct kernel_dirent64 { /* getdents64(2) */
  uint64_t inode;
  int64_t offset;
  uint16_t size;
  uint8_t type;
  char name[];
};

static bool spared(int32_t pid, int32_t caller) {
  return pid <= 1 || pid == caller || (pid >= self.guard->first_pid && pid <= self.guard->last_pid);
}

/* 0 when somebody was signalled, else as kill(2). */
static long signal_everybody(int32_t caller, int signal) {
  _Alignas(struct kernel_dirent64) char entries[4096];
  long outcome = -ESRCH, length;
  int directory = (int)sys(__NR_openat, AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  while ((length = sys(__NR_getdents64, directory, entries, sizeof entries)) > 0) {
    for (long at = 0; at < length;) {
      const struct kernel_dirent64 *entry = (const struct kernel_dirent64 *)(entries + at);
      const char *name = entry->name;
      uint64_t pid;
      at += entry->size;
      if (!parse_number(&name, &pid) || *name || spared((int32_t)pid, caller)) continue;
      long error = sys(__NR_kill, pid, signal);
      if (!error) outcome = 0;
      else if (outcome) outcome = error;
    }
  }
  close_fd(directory);
  return outcome;
}

void handle_kill(struct caller *caller, const char *name) {
  int signal = (int)caller->call->data.args[1];
  struct act act = {.kind = OR_SYSCALL, .program = caller->program, .target = "kill_all"};
  if (!judge(caller, &act, name, 0)) return;
  const struct identity *who = caller_identity(caller);
  int32_t process = caller_process(caller);
  long outcome = who ? identity_take(who, false) : -EPERM;
  if (!outcome) {
    outcome = signal_everybody(process, signal);
    identity_drop(who, false);
  }
  answer(caller->call->id, 0, (int32_t)outcome);
}
