/* kill.c: kill(-1), "everybody I may signal". Left to the kernel it would take the supervisor along; so the supervisor
 * does it for the caller, as the caller, and leaves itself out. See kill(2). And pidfds, which the filter cannot see through. */
#include <linux/capability.h>

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
  return pid <= 1 || pid == caller || is_ours(pid);
}

/* kill(2). The kernel would look at our real user, too, which stays ours: so a caller without CAP_KILL is held to its own. */
static bool may_signal(const struct identity *who, int32_t pid) {
  char status[2048];
  const char *p;
  uint64_t real, effective, saved;
  if (who->effective >> CAP_KILL & 1) return true;
  if (proc_read(pid, "status", status, sizeof status) <= 0 || !(p = strstr(status, "\nUid:\t"))) return false;
  p += strlen("\nUid:\t");
  if (!parse_number(&p, &real) || !parse_number((p++, &p), &effective) || !parse_number((p++, &p), &saved)) return false;
  return real == who->uid || saved == who->uid;
}

/* 0 when somebody was signalled, else as kill(2). */
static long signal_everybody(const struct identity *who, int32_t caller, int signal) {
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
      long error = may_signal(who, (int32_t)pid) ? sys(__NR_kill, pid, signal) : -EPERM;
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
    outcome = signal_everybody(who, process, signal);
    identity_drop(who, false);
  }
  answer(caller->call->id, 0, (int32_t)outcome);
}

/* Whose process a pidfd is, or a directory below /proc, which serves as one; -1: neither. */
static int64_t process_behind(struct caller *caller, int number) {
  char info[1024], link[64];
  uint64_t pid;
  TEXT(what, 32);
  text_add(&what, "fdinfo/");
  text_number(&what, (uint64_t)(uint32_t)number);
  if (proc_read(caller->tid, what.buffer, info, sizeof info) > 0 && status_number(info, "Pid:", 10, &pid)) return (int64_t)pid;
  TEXT(entry, 32);
  text_add(&entry, "fd/");
  text_number(&entry, (uint64_t)(uint32_t)number);
  struct text_path path = proc_path(caller->tid, entry.buffer);
  long length = sys(__NR_readlinkat, AT_FDCWD, path.bytes, link, sizeof link - 1);
  if (length < 6 || memcmp(link, "/proc/", 6) != 0) return -1;
  link[length] = 0;
  const char *p = link + 6;
  return parse_number(&p, &pid) ? (int64_t)pid : -1;
}

void handle_pidfd_send_signal(struct caller *caller, const char *name) {
  int64_t pid = process_behind(caller, (int)caller->call->data.args[0]);
  if (!is_ours(pid)) {
    answer_continue(caller->call->id);
    return;
  }
  struct act act = {.kind = OR_SYSCALL, .program = caller->program, .target = name};
  refuse(caller, &act, name, "the supervisor's own process");
}
