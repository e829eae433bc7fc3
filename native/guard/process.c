/* process.c: signals to the extension, and how many processes are made. */
#include <signal.h>

#include "container.h"
#include "hooks.h"
#include "inside.h"

#define FORKS_PER_SECOND 512u /* of all processes together; a pipeline of shell commands stays far below */

/* The one that is there for us: the extension, or in a container the relay. 0: none. */
static long extension(void) {
  if (self.in_container) return self.relay;
  return self.state ? atomic_load(&self.state->extension_pid) : 0;
}

static bool is_extension(long pid) {
  bool worker = self.state && !self.in_container && pid == atomic_load(&self.state->worker_pid);
  return pid > 0 && (worker || pid == extension());
}

static int refuse_extension(long pid) {
  return is_extension(pid) ? guard_own(OR_SYSCALL, "kill_guard", "kill_guard", "aimed at the guard's extension") : 0;
}

int refuse_relay(long pid) { return self.in_container ? refuse_extension(pid) : 0; }

/* kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo, pidfd_open, prlimit64: by number. */
long do_signal(int nr, long given, long a, long b, long c) {
  long pid = (int32_t)given, aim = pid; /* as much of it as the kernel looks at */
  if (nr == __NR_kill && pid == -1) aim = extension(); /* everybody */
  else if (nr == __NR_kill && pid < -1) aim = -pid; /* a group, which the extension may lead */
  bool asks = nr == __NR_kill && a == 0; /* only whether it is there */
  return !asks && refuse_extension(aim) ? -EPERM : sys(nr, pid, a, b, c);
}

long do_named(const char *name, long nr, long a, long b) { return guard_call(name) ? -EACCES : sys(nr, a, b); }

/* The extension is out of bounds; everybody else is the policy's to say. */
long do_ptrace(long request, int pid, void *address, void *data) {
  if (request != 0 /* PTRACE_TRACEME */ && refuse_extension(pid)) return -EPERM;
  return guard_call("ptrace") ? -EPERM : sys(__NR_ptrace, request, pid, address, data);
}

long do_process_vm(int nr, int pid, const void *local, size_t locals, const void *remote, size_t remotes, unsigned long flags) {
  const char *name = nr == __NR_process_vm_readv ? "process_vm_readv" : "process_vm_writev";
  if (refuse_extension(pid)) return -EPERM;
  return guard_call(name) ? -EPERM : sys(nr, pid, local, locals, remote, remotes, flags);
}

/* Counted in the page all guards share, or, without an extension, in this process. */
static _Atomic uint64_t own_window;

int fork_allowed(void) {
  int64_t now[2] = {0, 0};
  _Atomic uint64_t *window = self.state ? &self.state->fork_window : &own_window;
  if (self.in_container || !policy_now()) return 0; /* how many there may be its limits say */
  sys(__NR_clock_gettime, 6 /* CLOCK_MONOTONIC_COARSE */, now);
  uint64_t second = (uint64_t)now[0], seen = atomic_load(window), next;
  do next = seen >> 32 == (uint32_t)second ? seen + 1 : second << 32 | 1;
  while (!atomic_compare_exchange_weak(window, &seen, next));
  return (uint32_t)next > FORKS_PER_SECOND && guard_call("fork_rate") ? EAGAIN : 0;
}

/* Before fork and clone go on with libc's own, see stubs.c. -1: not allowed, errno is set. */
int around_fork(void) {
  int error = fork_allowed();
  bool known = ORIGINAL(fork) && ORIGINAL(vfork) && ORIGINAL(clone);
  if (!known) error = ENOSYS;
  if (error) *errno_place() = error;
  return error ? -1 : 0;
}

int around_clone(const void *function, const void *stack, int flags) {
  const int thread = 0x00010000; /* CLONE_THREAD */
  if (!ORIGINAL(clone)) return -1;
  if (container_namespaces_refused(flags)) {
    *errno_place() = EPERM;
    return -1;
  }
  return function && stack && !(flags & thread) ? around_fork() : 0;
}
