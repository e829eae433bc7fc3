/* traced.c: one thread traces everybody: it waits for any of them to stop, and lets it go on. A trapped call is a stop that
 * the filter asks for (SECCOMP_RET_TRACE): nobody else is served until it is decided. All other stops are ptrace's own and
 * are passed through: signals are delivered, who is stopped by one stays stopped (PTRACE_LISTEN), children are traced from
 * their first instruction on. See ptrace(2).
 *
 * There is one life: what is traced ends with its tracer (PTRACE_O_EXITKILL). */
#include "traced.h"

#include <elf.h>
#include <linux/ptrace.h>
#include <signal.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "exec.h"
#include "judge.h"
#include "report.h"
#include "traps.h"

#ifndef __WNOTHREAD
#define __WNOTHREAD 0x20000000
#endif
#ifndef NT_ARM_SYSTEM_CALL
#define NT_ARM_SYSTEM_CALL 0x404
#endif
#define FOLLOWING (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE)
#define SYSCALL_STOP (SIGTRAP | 0x80)
#define CHECKS 512 /* calls that go on and are looked at when they have come back; 2 MiB, touched as they are used */

struct check {
  const char *name; /* of the call */
  uint64_t address; /* of the sockaddr in its memory; 0: an open */
  uint32_t size;
  int socket;      /* a duplicate, or -1 */
  struct act peer; /* as judged; family 0: none */
  bool changed;           /* its flags: `registers` are as they were */
  uint8_t kind;           /* of an open: OR_WRITE or OR_READ */
  uint64_t device, inode; /* of what is opened; inode 0: it is made */
  char path[PATH_BYTES + 256];
};
static struct check checks[CHECKS];
static int32_t owners[CHECKS]; /* the thread whose call it is; 0: free */
static unsigned checks_used;

static enum { UNDECIDED, GOES_ON, ANSWERED } outcome; /* of the call in hand */
static int64_t answer_value;
static bool without_truncation;
static _Atomic uint32_t over;

static const char *const why[] = {
    NULL,
    "traced, as asked for: calls in which another thread can change an address or a path after it was judged are looked at afterwards",
    "traced: another supervisor has the seccomp listener, and what it traps is not seen by us",
    "traced: this kernel has no seccomp user notification; what is allowed goes on by itself and is looked at afterwards",
};

const char *traced_why(void) { return why[self.guard->traced]; }
bool traced_is_over(void) { return atomic_load(&over); }
void traced_without_truncation(void) { without_truncation = true; }
void traced_go_on(void) { outcome = GOES_ON; }

void traced_answer(int64_t value) {
  outcome = ANSWERED;
  answer_value = value;
}

static long trace(long request, int32_t tid, long address, uintptr_t data) { return sys(__NR_ptrace, request, tid, address, data); }

static int check_of(int32_t tid) {
  for (unsigned i = 0; i < checks_used; i++)
    if (owners[i] == tid) return (int)i;
  return -1;
}

static struct check *new_check(const struct caller *caller, const char *name) {
  int slot = check_of(0);
  if (slot < 0 && checks_used < CHECKS) slot = (int)checks_used++;
  if (slot < 0) {
    report_trouble("too many calls are under way: one was answered EAGAIN");
    traced_answer(-EAGAIN);
    return NULL;
  }
  owners[slot] = caller->tid;
  checks[slot].name = name;
  checks[slot].address = 0;
  checks[slot].socket = -1;
  checks[slot].changed = without_truncation;
  traced_go_on();
  return &checks[slot];
}

static void forget(int32_t tid) {
  int slot = check_of(tid);
  if (slot >= 0) close_fd(checks[slot].socket);
  if (slot >= 0) owners[slot] = 0;
  exec_over(tid);
}

void traced_open(struct caller *caller, const char *name, uint8_t kind, const struct place *place) {
  struct check *check = new_check(caller, name);
  if (!check) return;
  check->kind = kind;
  check->device = place->device;
  check->inode = place->target >= 0 ? place->inode : 0;
  strcpy(check->path, place->path);
}

void traced_peer(struct caller *caller, const char *name, const struct peer *peer, uint64_t address, int socket) {
  struct check *check = new_check(caller, name);
  if (!check) {
    close_fd(socket);
    return;
  }
  check->address = address;
  check->size = peer->size;
  check->socket = socket;
  check->peer = peer->act;
}

/* Registers of a stopped thread, as far as a call is concerned. */
#if defined(__x86_64__)
typedef struct user_regs_struct registers;
static long registers_get(int32_t tid, registers *r) { return trace(PTRACE_GETREGS, tid, 0, (uintptr_t)r); }
static int64_t result_of(const registers *r) { return (int64_t)r->rax; }

static void describe(const registers *r, struct seccomp_data *data) {
  const uint64_t args[6] = {r->rdi, r->rsi, r->rdx, r->r10, r->r8, r->r9};
  data->nr = (int)r->orig_rax;
  memcpy(data->args, args, sizeof args);
}

static void registers_put(int32_t tid, registers *r) { trace(PTRACE_SETREGS, tid, 0, (uintptr_t)r); }

/* A call number of -1: the kernel leaves the call out, and the result as it is (seccomp(2)). */
static void answer_with(int32_t tid, registers *r, int64_t value, bool leave_out) {
  if (leave_out) r->orig_rax = (uint64_t)-1;
  r->rax = (uint64_t)value;
  registers_put(tid, r);
}
/* creat(2), which has no flags, goes on as the open(2) that it is. */
static void take_truncation_off(int32_t tid, registers *r) {
  if (r->orig_rax == __NR_openat) r->rdx &= ~(uint64_t)O_TRUNC;
  if (r->orig_rax == __NR_open) r->rsi &= ~(uint64_t)O_TRUNC;
  if (r->orig_rax == __NR_creat) {
    r->orig_rax = __NR_open;
    r->rdx = r->rsi;
    r->rsi = O_CREAT | O_WRONLY;
  }
  registers_put(tid, r);
}

static void put_back(registers *now, const registers *before) {
  now->orig_rax = before->orig_rax;
  now->rsi = before->rsi;
  now->rdx = before->rdx;
}
#else
typedef struct {
  struct user_regs_struct regs;
  size_t size; /* of a 32-bit task another */
} registers;

static long registers_get(int32_t tid, registers *r) {
  struct iovec v = {&r->regs, sizeof r->regs};
  long error = trace(PTRACE_GETREGSET, tid, NT_PRSTATUS, (uintptr_t)&v);
  r->size = v.iov_len;
  return error;
}

static int64_t result_of(const registers *r) { return (int64_t)r->regs.regs[0]; }

static void describe(const registers *r, struct seccomp_data *data) {
  data->nr = (int)r->regs.regs[8];
  memcpy(data->args, r->regs.regs, sizeof data->args);
}

static void registers_put(int32_t tid, registers *r) {
  struct iovec v = {&r->regs, r->size};
  trace(PTRACE_SETREGSET, tid, NT_PRSTATUS, (uintptr_t)&v);
}

static void answer_with(int32_t tid, registers *r, int64_t value, bool leave_out) {
  int none = -1;
  struct iovec number = {&none, sizeof none};
  if (leave_out) trace(PTRACE_SETREGSET, tid, NT_ARM_SYSTEM_CALL, (uintptr_t)&number);
  if (r->size < sizeof r->regs) memcpy(&r->regs, &(int32_t){(int32_t)value}, sizeof(int32_t));
  else r->regs.regs[0] = (uint64_t)value;
  registers_put(tid, r);
}

static void take_truncation_off(int32_t tid, registers *r) {
  r->regs.regs[2] &= ~(uint64_t)O_TRUNC;
  registers_put(tid, r);
}

static void put_back(registers *now, const registers *before) { now->regs.regs[2] = before->regs.regs[2]; }
#endif

/* As they were, of calls whose flags were changed: a program finds its registers again (and a signal may begin it anew). */
static registers before[CHECKS];

/* Another's filter that asks for a tracer has none (ENOSYS), as it would without us. */
static void trapped(int32_t tid) {
  static uint64_t serial;
  static bool held;
  registers r;
  unsigned long data = 0;
  if (!held) held = trace(PTRACE_SETOPTIONS, tid, 0, FOLLOWING | PTRACE_O_EXITKILL) == 0; /* the launch is past the point of no return */
  if (trace(PTRACE_GETEVENTMSG, tid, 0, (uintptr_t)&data) || registers_get(tid, &r)) return; /* it is being killed */
  struct seccomp_notif call = {.id = ++serial, .pid = (uint32_t)tid};
  describe(&r, &call.data);
  call.data.arch = data == TRACED_DATA ? OUR_ARCH : 0;
  outcome = UNDECIDED;
  without_truncation = false;
  atomic_store(&self.guard->workers[worker_index()].sent, 0);
  if (data == TRACED_DATA || data == TRACED_DATA + 1) take_up(&call);
  else traced_answer(-ENOSYS);
  if (outcome == UNDECIDED) traced_answer(-EAGAIN); /* none of the handlers leaves a call without an answer */
  if (outcome == ANSWERED) {
    answer_with(tid, &r, answer_value, true);
  } else if (without_truncation) {
    before[check_of(tid)] = r;
    take_truncation_off(tid, &r);
  }
}

static void kill_for(struct caller *caller, const struct check *check, const struct act *act, const char *what) {
  struct report report = {act, {OR_BLOCK, 0, 0}, check->name, 0, what, 0};
  report_act(caller, &report);
  sys(__NR_kill, caller_process(caller), SIGKILL);
}

/* It is what was judged, or something that the policy lets be opened as well: then nothing was gained by an exchange. */
static void look_at_opened(struct caller *caller, const struct check *check, int number) {
  struct place place;
  if (resolve_descriptor(caller, number, &place)) return; /* another thread closed it */
  struct act act = {.kind = check->kind, .program = caller->program, .target = place.path};
  bool same = check->inode ? place.device == check->device && place.inode == check->inode : strcmp(place.path, check->path) == 0;
  if (!same && is_stopped(&act)) kill_for(caller, check, &act, "killed: the path was changed after it was judged");
  place_close(&place);
}

/* The peer a socket has by now; where it has none yet, or cannot be asked, the address as it stands in memory. */
static void look_at_peer(struct caller *caller, const struct check *check) {
  static const uint8_t any[16];
  uint8_t bytes[128] = {0};
  uint32_t size = sizeof bytes;
  bool to_any = memcmp(check->peer.addr, any, sizeof any) == 0; /* the kernel makes it loopback */
  if (to_any || check->socket < 0 || sys(__NR_getpeername, check->socket, bytes, &size)) {
    size = check->size < sizeof bytes ? check->size : sizeof bytes;
    if (caller_read(caller, check->address, bytes, size) != (long)size) return;
  }
  struct act now = {.kind = check->peer.kind, .proto = check->peer.proto, .program = caller->program, .target = ""};
  peer_of_bytes(bytes, size, check->peer.family == OR_INET, &now);
  bool same = now.family == check->peer.family && now.port == check->peer.port && memcmp(now.addr, check->peer.addr, sizeof now.addr) == 0;
  if (!same && now.family && is_stopped(&now)) kill_for(caller, check, &now, "killed: the address was changed after it was judged");
}

static void came_back(int32_t tid) {
  int slot = check_of(tid);
  registers r;
  if (slot >= 0 && !registers_get(tid, &r)) {
    struct seccomp_notif call = {.id = 1, .pid = (uint32_t)tid};
    struct caller caller;
    if (checks[slot].changed) {
      put_back(&r, &before[slot]);
      registers_put(tid, &r);
    }
    caller_begin(&caller, &call);
    if (checks[slot].address) look_at_peer(&caller, &checks[slot]);
    if (checks[slot].socket >= 0 && result_of(&r) == -EALREADY) answer_with(tid, &r, -EINPROGRESS, false); /* SO_SNDTIMEO: it was we who began */
    if (!checks[slot].address && result_of(&r) >= 0) look_at_opened(&caller, &checks[slot], (int)result_of(&r));
  }
  forget(tid);
}

static void go_on(int32_t tid, int signal) {
  bool watched = check_of(tid) >= 0 || exec_is_awaited(tid);
  trace(watched ? PTRACE_SYSCALL : PTRACE_CONT, tid, 0, (uintptr_t)signal);
}

static void stopped(int32_t tid, int signal, int event) {
  unsigned long formerly = 0;
  if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
    trace(PTRACE_LISTEN, tid, 0, 0); /* stopped, by a signal, until another wakes it */
    return;
  }
  if (event == PTRACE_EVENT_SECCOMP) {
    trapped(tid);
  } else if (event == PTRACE_EVENT_EXEC) {
    trace(PTRACE_GETEVENTMSG, tid, 0, (uintptr_t)&formerly);
    exec_came_about((int32_t)formerly, tid);
    forget((int32_t)formerly);
    forget(tid);
  } else if (!event && signal == SYSCALL_STOP) {
    came_back(tid);
  }
  go_on(tid, event || signal == SYSCALL_STOP ? 0 : signal);
}

_Noreturn void traced_run(void) {
  int status;
  if (trace(PTRACE_SEIZE, self.guard->application, 0, FOLLOWING)) sys(__NR_exit_group, 1);
  atomic_store(&self.guard->step, 3);
  futex_wake(&self.guard->step, WORKERS + 2);
  for (;;) {
    long tid = sys(__NR_wait4, -1, &status, __WALL | __WNOTHREAD, NULL);
    if (tid == -ECHILD) break;
    if (tid < 0) continue;
    if (WIFSTOPPED(status)) stopped((int32_t)tid, WSTOPSIG(status), status >> 16);
    else forget((int32_t)tid);
  }
  atomic_store(&over, 1);
  keeper_hurry();
  for (;;) sys(__NR_ppoll, NULL, 0, NULL, NULL);
}
