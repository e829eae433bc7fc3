/* look.c: who may look into whom.
 *
 * Without CAP_SYS_PTRACE the kernel lets only the same user look into a process (ptrace(2), "Ptrace access mode checking").
 * A supervisor that is root can be that user: for /proc by its file system ids, for PTRACE_SEIZE by its real ones, in this
 * thread and for this look only. It works on programs that were started by that user (gosu, su-exec, setpriv); a process
 * that changed its user and went on is closed to everybody (PR_SET_DUMPABLE), unless it opens itself, as nginx does. */
#include "look.h"

#include <linux/capability.h>
#include <linux/ptrace.h>

#include "report.h"

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
  long result = sys(__NR_ptrace, PTRACE_SEIZE, tid, 0, PTRACE_O_TRACEEXEC);
  if (result != -EPERM || !can_become() || !user_of(tid, &uid, &gid)) return result;
  sys(__NR_setresgid, gid, -1, -1);
  sys(__NR_setresuid, uid, -1, -1);
  result = sys(__NR_ptrace, PTRACE_SEIZE, tid, 0, PTRACE_O_TRACEEXEC);
  sys(__NR_setresuid, self.identity.uid, -1, -1);
  sys(__NR_setresgid, self.identity.gid, -1, -1);
  return result;
}

void look_refused(void) {
  static _Atomic uint32_t told;
  if (!atomic_exchange(&told, 1)) report_trouble("a process that changed its user cannot be looked into: add SYS_PTRACE to the container's capabilities");
}
