/* kill.c: kill(-1), "everybody I may signal". Left to the kernel it would take the supervisor along; so the supervisor
 * does it for the caller, as the caller, and leaves itself out. See kill(2). And what the filter cannot see through:
 * pidfds, and owners of descriptors that are told in memory. */
#include <linux/capability.h>
#include <linux/sockios.h>
#include <signal.h>
#include <sys/ioctl.h>

#include "judge.h"
#include "traps.h"

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

struct everybody {
  const struct identity *who; /* signals them */
  int32_t caller;
  int signal;
  long outcome;
};

static void signal_one(void *with, int pid, const char *name) {
  struct everybody *all = with;
  (void)name;
  if (spared(pid, all->caller)) return;
  long error = may_signal(all->who, pid) ? sys(__NR_kill, pid, all->signal) : -EPERM;
  if (!error) all->outcome = 0;
  else if (all->outcome) all->outcome = error;
}

/* 0 when somebody was signalled, else as kill(2). */
static long signal_everybody(const struct identity *who, int32_t caller, int signal) {
  struct everybody all = {who, caller, signal, -ESRCH};
  int directory = (int)sys(__NR_openat, AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  each_number(directory, signal_one, &all);
  close_fd(directory);
  return all.outcome;
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

/* Whose process descriptor `number` of `process` is: a pidfd, or a directory of /proc, which serves as one. -1: neither. */
static int64_t process_behind(int32_t process, int number) {
  char info[1024], link[64];
  uint64_t pid;
  TEXT(what, 32);
  text_add(&what, "fdinfo/");
  text_number(&what, (uint64_t)(uint32_t)number);
  if (proc_read(process, what.buffer, info, sizeof info) > 0 && status_number(info, "Pid:", 10, &pid)) return (int64_t)pid;
  TEXT(entry, 32);
  text_add(&entry, "fd/");
  text_number(&entry, (uint64_t)(uint32_t)number);
  struct text_path path = proc_path(process, entry.buffer);
  long length = sys(__NR_readlinkat, AT_FDCWD, path.bytes, link, sizeof link - 1);
  if (length < 6 || memcmp(link, "/proc/", 6) != 0) return -1;
  link[length] = 0;
  const char *p = link + 6;
  return parse_number(&p, &pid) ? (int64_t)pid : -1;
}

static void refuse_ours(struct caller *caller, const char *name) {
  struct act act = {.kind = OR_SYSCALL, .program = caller->program, .target = name};
  refuse(caller, &act, name, "the supervisor's own process");
}

/* By the kernel's rule: whom the caller may signal; SIGCONT also who is of its session. */
static bool may_send(struct caller *caller, const struct identity *who, int64_t pid, int signal) {
  if (pid == caller_process(caller) || may_signal(who, (int32_t)pid)) return true;
  return signal == SIGCONT && sys(__NR_getsid, pid) == sys(__NR_getsid, caller->tid);
}

/* On our duplicate of the pidfd: whom it leads to cannot change any more. Who receives the signal sees us as its sender. */
static long send_by(struct caller *caller, int fd, int64_t pid) {
  const __u64 *args = caller->call->data.args;
  _Alignas(siginfo_t) uint8_t info[sizeof(siginfo_t)];
  const struct identity *who = caller_identity(caller);
  int signal = (int)args[1];
  if (args[2] && caller_read(caller, args[2], info, sizeof info) != sizeof info) return -EFAULT;
  if (!who) return -EPERM;
  bool may = pid > 0 && may_send(caller, who, pid, signal);
  /* Where we may not, or it is nobody's any more, the kernel still says what is wrong. */
  long result = identity_take(who, false);
  if (result) return result;
  result = sys(__NR_pidfd_send_signal, fd, may ? signal : 0, may && args[2] ? info : NULL, (uint32_t)args[3]);
  identity_drop(who, false);
  return may || result ? result : -EPERM;
}

void handle_pidfd_send_signal(struct caller *caller, const char *name) {
  int number = (int)caller->call->data.args[0];
  int fd = number >= 0 && self.guard->features & HAS_GETFD ? caller_descriptor(caller, number) : -EPERM;
  int64_t pid = fd >= 0 ? process_behind(self.pid, fd) : number >= 0 ? process_behind(caller->tid, number) : -1;
  if (fd >= 0 && pid < 0) pid = process_behind(caller->tid, number); /* our own fdinfo is not ours to read: not root, before 5.15 */
  if (is_ours(pid)) refuse_ours(caller, name);
  else if (fd < 0 && (number < 0 || fd == -EPERM)) answer_continue(caller->call->id); /* below 0 it is the caller itself, or nobody */
  else answer(caller->call->id, 0, (int32_t)(fd < 0 ? fd : send_by(caller, fd, pid)));
  close_fd(fd);
}

/* pidfd_getfd, process_madvise. The kernel lets nobody without CAP_SYS_PTRACE do it to us, who are not dumpable: a race
 * gains nothing. Of one's own memory nothing is told: allocators give it back so. */
void handle_pidfd(struct caller *caller, const char *name) {
  int number = (int)caller->call->data.args[0];
  int64_t pid = number < 0 ? caller_process(caller) : process_behind(caller->tid, number);
  bool own = pid == caller_process(caller) && strcmp(name, "process_madvise") == 0;
  struct act act = {.kind = OR_SYSCALL, .program = caller->program, .target = name};
  if (is_ours(pid)) refuse_ours(caller, name);
  else if (own || judge(caller, &act, name, 0)) answer_continue(caller->call->id);
}

/* Who gets the signals of a descriptor, by a pid in memory: done on a duplicate with what was read. The kernel asks at each
 * signal whether he who set the owner may send it, and that is us: so it is asked here, by whom. */
static void set_owner(struct caller *caller, const char *name, int64_t pid, const void *copy) {
  const __u64 *args = caller->call->data.args;
  if (is_ours(pid)) {
    refuse_ours(caller, name);
    return;
  }
  const struct identity *who = caller_identity(caller);
  int fd = self.guard->features & HAS_GETFD ? caller_descriptor(caller, (int)args[0]) : -EINVAL;
  bool may = who && (pid == 0 || may_send(caller, who, pid < 0 ? -pid : pid, 0));
  long result = fd < 0 ? fd : may ? sys(caller->call->data.nr, fd, (uint32_t)args[1], copy) : -EPERM;
  close_fd(fd);
  answer(caller->call->id, 0, (int32_t)result);
}

void handle_setown_ex(struct caller *caller, const char *name) {
  struct f_owner_ex owner;
  if (caller_read(caller, caller->call->data.args[2], &owner, sizeof owner) != sizeof owner) answer(caller->call->id, 0, -EFAULT);
  else set_owner(caller, name, owner.pid, &owner);
}

void handle_ioctl(struct caller *caller, const char *name) {
  const __u64 *args = caller->call->data.args;
  uint32_t command = (uint32_t)args[1];
  int owner;
  if (command == TIOCSTI || command == TIOCLINUX || command == USERFAULTFD_NEW) {
    const char *what = command == USERFAULTFD_NEW ? "userfaultfd" : "terminal_input";
    struct act act = {.kind = OR_SYSCALL, .program = caller->program, .target = what};
    if (judge(caller, &act, name, 0)) answer_continue(caller->call->id);
  } else if (caller_read(caller, args[2], &owner, sizeof owner) != sizeof owner) {
    answer(caller->call->id, 0, -EFAULT);
  } else {
    set_owner(caller, name, owner, &owner);
  }
}
