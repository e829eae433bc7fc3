/* look.c: who may look into whom.
 *
 * Without CAP_SYS_PTRACE the kernel lets only the same user look into a process (ptrace(2), "Ptrace access mode checking").
 * A supervisor that is root can be that user: for /proc by its file system ids, for PTRACE_SEIZE by its real ones, in this
 * thread and for this look only. It works on programs that were started by that user (gosu, su-exec, setpriv); a process
 * that changed its user is closed to everybody until its next exec (PR_SET_DUMPABLE), unless it opens itself, as nginx does:
 * so what is needed to judge that exec is opened before the change, which is a trapped call. */
#include "look.h"

#include <linux/capability.h>
#include <linux/ptrace.h>

#include "caller.h"
#include "lock.h"
#include "report.h"

#define CHANGING 16u /* processes between a change of user and an exec, at a time; the oldest is forgotten */

static struct {
  int32_t process; /* 0: free */
  int fd[KEPT];
} changing[CHANGING];
static unsigned next_changing;
static _Atomic uint32_t lock_word;

static struct {
  int32_t tid;
  uint32_t epoch, uid, gid;
} last[WORKERS + 1];

static bool can_become(void) {
  uint64_t own = self.identity.effective;
  return !(own >> CAP_SYS_PTRACE & 1) && own >> CAP_SETUID & own >> CAP_SETGID & 1;
}

/* False: of our own user, or nobody knows. */
static bool user_of(int32_t tid, uint32_t *uid, uint32_t *gid) {
  unsigned i = worker_index();
  uint32_t epoch = atomic_load(&self.guard->epoch);
  struct identity who;
  if (last[i].tid != tid || last[i].epoch != epoch) {
    if (!identity_of(tid, -1, &who)) return false;
    last[i].tid = tid;
    last[i].epoch = epoch;
    last[i].uid = who.uid;
    last[i].gid = who.gid;
  }
  *uid = last[i].uid;
  *gid = last[i].gid;
  return *uid != self.identity.uid || *gid != self.identity.gid;
}

bool look_begin(int32_t tid) {
  uint32_t uid, gid;
  if (!can_become() || !user_of(tid, &uid, &gid)) return false;
  sys(__NR_setfsgid, gid);
  sys(__NR_setfsuid, uid);
  return true;
}

void look_end(bool begun) {
  if (!begun) return;
  sys(__NR_setfsuid, self.identity.fsuid); /* with it, what capabilities on files it had come back */
  sys(__NR_setfsgid, self.identity.fsgid);
}

long look_seize(int32_t tid) {
  uint32_t uid, gid;
  long result = sys(__NR_ptrace, PTRACE_SEIZE, tid, 0, PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
  if (result != -EPERM || !can_become() || !user_of(tid, &uid, &gid)) return result;
  sys(__NR_setresgid, gid, -1, -1);
  sys(__NR_setresuid, uid, -1, -1);
  result = sys(__NR_ptrace, PTRACE_SEIZE, tid, 0, PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
  sys(__NR_setresuid, self.identity.uid, -1, -1);
  sys(__NR_setresgid, self.identity.gid, -1, -1);
  return result;
}

static void lock(void) { lock_take(&lock_word); }
static void unlock(void) { lock_release(&lock_word); }

void look_take_over(void) {
  memset(changing, 0, sizeof changing);
  memset(last, 0, sizeof last);
  atomic_store(&lock_word, 0);
}

/* proc(5), mem: of a memory that is no more nothing is read, of address 0 of one that is there an error. */
static bool lives(int memory) {
  char byte;
  return sys(__NR_pread64, memory, &byte, 1, 0) != 0;
}

void look_keep(int32_t process) {
  static const char *const names[KEPT] = {"mem", "exe", "cwd", "root"};
  int fd[KEPT];
  if (!can_become() || process <= 0) return;
  bool looks = look_begin(process);
  for (unsigned i = 0; i < KEPT; i++) {
    struct text_path path = proc_path(process, names[i]);
    fd[i] = (int)sys(__NR_openat, AT_FDCWD, path.bytes, (i == KEPT_MEMORY ? O_RDWR : O_PATH) | O_CLOEXEC);
  }
  look_end(looks);
  lock();
  unsigned at = 0;
  while (at < CHANGING && changing[at].process != process) at++;
  bool open = fd[KEPT_MEMORY] >= 0; /* else it has changed already: what was kept then is all there is */
  if (open && at == CHANGING) at = next_changing++ % CHANGING;
  for (unsigned i = 0; i < KEPT; i++) {
    if (!open) {
      close_fd(fd[i]);
      continue;
    }
    if (changing[at].process) close_fd(changing[at].fd[i]);
    changing[at].fd[i] = fd[i];
  }
  if (open) changing[at].process = process;
  unlock();
}

int look_kept(int32_t process, enum kept which) {
  int fd = -EACCES;
  lock();
  for (unsigned i = 0; process > 0 && i < CHANGING; i++) {
    if (changing[i].process != process || !lives(changing[i].fd[KEPT_MEMORY])) continue;
    fd = (int)sys(__NR_fcntl, changing[i].fd[which], F_DUPFD_CLOEXEC, 0);
    break;
  }
  unlock();
  return fd < 0 ? -EACCES : fd;
}

void look_refused(void) {
  static _Atomic uint32_t told;
  if (!atomic_exchange(&told, 1)) report_trouble("a process that changed its user cannot be looked into: add SYS_PTRACE to the container's capabilities");
}
