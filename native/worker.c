/* worker.c: the threads that take trapped calls.
 *
 * Two lead: each waits in NOTIF_RECV, handles a call, and waits again, so a quick call costs no hand-over. When a call
 * takes long (a slow file system, a full socket), the keeper gives the lead to an idle worker, and the slow one joins
 * the idle when it is done. */
#include <sched.h>
#include <sys/ioctl.h>

#include "report.h"
#include "traced.h"
#include "traps.h"

#ifndef SECCOMP_ADDFD_FLAG_SEND
#define SECCOMP_ADDFD_FLAG_SEND (1UL << 1)
#endif

/* Paths of 4 KiB live on these stacks, several deep. */
#define STACK_BYTES (128u << 10)
static _Alignas(16) uint8_t stacks[WORKERS][STACK_BYTES];

/* The keeper's interrupts may come anywhere; only in the caller's own call they mean something. */
static long ask(unsigned long request, void *argument) {
  long result;
  do result = sys(__NR_ioctl, self.listener, request, argument);
  while (result == -EINTR);
  return result;
}

/* Who is traced is stopped until we let it go on, or dead: its number is nobody else's before we have waited for it. */
bool still_waiting(uint64_t id) { return self.guard->traced || ask(SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0; }

/* Interrupted for the sake of a signal to the caller: its handler says whether the call is made anew (signal(7)). */
static bool signal_is_theirs(uint64_t id) {
  unsigned own = worker_index();
  return own < WORKERS && atomic_load(&self.guard->workers[own].signalled) == id;
}

/* Not the caller's table: that is found out in answer_descriptor(). For the caller it is as if the system had no more. */
static int32_t own_table_is_full(void) {
  static _Atomic bool told;
  if (!atomic_exchange(&told, true)) report_trouble("no descriptor was free: calls are answered ENFILE");
  return -ENFILE;
}

static void settle(uint64_t id, int64_t value, int32_t error) {
  if (self.guard->traced) {
    traced_answer(error ? error : value);
    return;
  }
  struct seccomp_notif_resp response = {.id = id, .val = value, .error = error};
  unsigned own = worker_index();
  if (own < WORKERS) self.guard->workers[own].outcome = response;
  ask(SECCOMP_IOCTL_NOTIF_SEND, &response); /* ENOENT: it is gone, and so is the question */
}

void answer(uint64_t id, int64_t value, int32_t error) {
  if (error == -EINTR && signal_is_theirs(id)) error = RESTART;
  if (error == -EMFILE) error = own_table_is_full();
  settle(id, value, error);
}

void answer_continue(uint64_t id) {
  if (self.guard->traced) {
    traced_go_on();
    return;
  }
  struct seccomp_notif_resp response = {.id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
  ask(SECCOMP_IOCTL_NOTIF_SEND, &response);
}

/* With SEND the call is answered when the kernel takes the descriptor over, and the ioctl returns when the caller has it.
 * Interrupted between the two, the caller would have an answer and no descriptor: so the keeper must not (it looks at
 * `handing`), and where it may have begun to, the two steps are made one by one. */
static bool uninterrupted(uint64_t id) {
  unsigned own = worker_index();
  if (own == WORKERS) return true; /* the keeper itself */
  struct worker *me = &self.guard->workers[own];
  atomic_store(&me->handing, 1);
  return atomic_load(&me->signalled) != id;
}

static void handed_over(void) {
  unsigned own = worker_index();
  if (own < WORKERS) atomic_store(&self.guard->workers[own].handing, 0);
}

/* With SEND the caller may write, close and run a file before our own descriptor of it is closed, if another worker takes
 * the exec: the kernel would find the file busy (ETXTBSY). A few microseconds, and seldom. */
#define HANDING_NS 5000000u
void await_handed_over(void) {
  uint64_t end = 0;
  unsigned own = worker_index();
  for (unsigned i = 0; i < WORKERS; i++)
    while (i != own && atomic_load(&self.guard->workers[i].handing)) {
      if (!end) end = now_ns(1) + HANDING_NS;
      else if (now_ns(1) >= end) return;
      sys(__NR_sched_yield);
    }
}

long answer_descriptor(uint64_t id, int fd, bool close_on_exec) {
  bool send = uninterrupted(id) && self.guard->features & HAS_ADDFD_SEND;
  struct seccomp_notif_addfd addfd = {.id = id,
                                      .srcfd = (uint32_t)fd,
                                      .flags = send ? SECCOMP_ADDFD_FLAG_SEND : 0,
                                      .newfd_flags = close_on_exec ? O_CLOEXEC : 0};
  long number = ask(SECCOMP_IOCTL_NOTIF_ADDFD, &addfd);
  close_fd(fd);
  if (number < 0) {
    if (number != -ENOENT) settle(id, 0, (int32_t)number); /* EMFILE: its table is full */
  } else if (!send) {
    answer(id, number, 0);
  }
  handed_over();
  return number;
}

static void handle(struct caller *caller) {
  const struct seccomp_data *data = &caller->call->data;
  if (data->arch != OUR_ARCH || (uint32_t)data->nr >= X32_BIT) {
    const struct trap foreign = {.name = "foreign_abi", .handle = handle_named};
    foreign.handle(caller, foreign.name);
    return;
  }
  const struct trap *trap = trap_of(data->nr);
  if (trap && trap->handle) trap->handle(caller, trap->name);
  else answer(caller->call->id, 0, -ENOSYS); /* the filter traps nothing else */
}

unsigned worker_index(void) {
  uintptr_t here = (uintptr_t)__builtin_frame_address(0), first = (uintptr_t)stacks;
  return here >= first && here < first + sizeof stacks ? (unsigned)((here - first) / STACK_BYTES) : WORKERS;
}

void take_up(const struct seccomp_notif *call) {
  struct caller caller;
  caller_begin(&caller, call);
  handle(&caller);
}

/* Where it leads; LEADERS: nowhere. */
static unsigned slot_of(uint32_t worker) {
  unsigned slot = 0;
  while (slot < LEADERS && atomic_load(&self.guard->leaders[slot]) != worker) slot++;
  return slot;
}

static uint32_t next_idle(uint32_t from) {
  for (unsigned i = 1; i < WORKERS; i++) {
    uint32_t other = (from + i) % WORKERS;
    if (atomic_load(&self.guard->workers[other].state) == IDLE && !worker_leads(other)) return other;
  }
  return from;
}

bool worker_leads(uint32_t worker) { return slot_of(worker) < LEADERS; }

static _Atomic uint32_t passing; /* two at once might choose the same; the keeper will see to it that a lead is passed */

void workers_take_over(void) { atomic_store(&passing, 0); }

/* Also the keeper's way to replace a leader that is held up. */
bool workers_pass_lead(unsigned slot, uint32_t from) {
  if (atomic_exchange(&passing, 1)) return false;
  uint32_t next = next_idle(from);
  bool passed = next != from && !self.guard->traced && atomic_compare_exchange_strong(&self.guard->leaders[slot], &from, next);
  atomic_store(&passing, 0);
  if (!passed) return false;
  atomic_fetch_add(&self.guard->workers[next].called, 1);
  futex_wake(&self.guard->workers[next].called, 1);
  return true;
}

bool workers_held_up(void) {
  for (unsigned i = 0; i < WORKERS; i++)
    if (atomic_load(&self.guard->workers[i].state) == BUSY && !worker_leads(i)) return true;
  return false;
}

void worker_step_aside(void) {
  uint32_t own = worker_index();
  unsigned slot = slot_of(own);
  if (slot < LEADERS) workers_pass_lead(slot, own);
}

void worker_step_aside_if_alone(void) {
  uint32_t own = worker_index();
  for (unsigned slot = 0; slot < LEADERS; slot++) {
    uint32_t other = atomic_load(&self.guard->leaders[slot]);
    if (other != own && !self.guard->workers[other].call.id) return;
  }
  worker_step_aside();
}

/* Whether the call a dead supervisor had in hand still waits. One that it held by ptrace will not for long: it is killed a
 * little later than we know of the death. */
static bool left_waiting(struct worker *me) {
  struct timespec pause = {0, 1000000};
  for (int i = 0; i < 100 && atomic_load(&me->holding) && still_waiting(me->call.id); i++) sys(__NR_nanosleep, &pause, NULL);
  return still_waiting(me->call.id);
}

static _Noreturn void work(void *argument) {
  struct worker *me = argument;
  uint32_t index = (uint32_t)(me - self.guard->workers), called;
  me->tid = (int32_t)sys(__NR_gettid);
  if (self.guard->traced && index == 0) traced_run();
  while (self.guard->traced) sys(__NR_ppoll, NULL, 0, NULL, NULL); /* one thread traces and decides */
  atomic_store(&me->handing, 0);
  if (atomic_load(&me->state) == BUSY) { /* the supervisor before us died with this in hand */
    if (me->outcome.id && me->outcome.id == me->call.id) ask(SECCOMP_IOCTL_NOTIF_SEND, &me->outcome);
    else if (left_waiting(me)) take_up(&me->call);
    else if (atomic_load(&me->holding)) report_trouble("a program was killed with the supervisor: it could not be verified any more");
    atomic_store(&me->holding, 0);
    atomic_store(&me->state, IDLE);
  }
  for (;;) {
    while (called = atomic_load(&me->called), !worker_leads(index)) futex_wait(&me->called, called, NULL);
    memset(&me->call, 0, sizeof me->call);
    atomic_store(&me->sent, 0);
    /* BUSY already while waiting for a call: whoever takes over must find every call that was received. An unused id
     * is 0, which is never valid. */
    atomic_store(&me->state, BUSY);
    long error = sys(__NR_ioctl, self.listener, SECCOMP_IOCTL_NOTIF_RECV, &me->call);
    if (!error) {
      atomic_fetch_add(&self.guard->activity, 1);
      if (atomic_load(&self.guard->parked)) keeper_wake();
      atomic_fetch_add(&me->turn, 1);
      take_up(&me->call);
    } else if (error == -ENOENT) { /* nobody left to supervise, or the caller died between: the keeper knows which */
      struct timespec pause = {0, 1000000};
      sys(__NR_nanosleep, &pause, NULL);
    }
    me->call.id = 0;
    atomic_store(&me->state, IDLE);
  }
}

static _Atomic uint32_t released;
#define TEXT_OF_(x) #x
#define TEXT_OF(x) TEXT_OF_(x)

/* Until it is released the new thread waits in futex(2) and touches no stack: a page each, in each of our processes, would
 * be more than all the rest of a twin. */
#if defined(__x86_64__)
static long start_parked(void *stack_top, void (*run)(void *), void *argument, long flags) {
  long result;
  register long r10 __asm__("r10") = 0;
  register long r8 __asm__("r8") = 0;
  register void (*r9)(void *) __asm__("r9") = run;
  register void *r12 __asm__("r12") = argument;
  register void *r13 __asm__("r13") = &released;
  __asm__ volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "2:\n\t"
      "cmpl $0, (%%r13)\n\t"
      "jne 3f\n\t"
      "mov $" TEXT_OF(__NR_futex) ", %%eax\n\t"
      "mov %%r13, %%rdi\n\t"
      "xor %%esi, %%esi\n\t" /* FUTEX_WAIT, while it is 0, without a timeout */
      "xor %%edx, %%edx\n\t"
      "xor %%r10d, %%r10d\n\t"
      "syscall\n\t"
      "jmp 2b\n"
      "3:\n\t"
      "xor %%ebp, %%ebp\n\t"
      "mov %%r12, %%rdi\n\t"
      "call *%%r9\n\t"
      "ud2\n"
      "1:"
      : "=a"(result)
      : "a"(__NR_clone), "D"(flags), "S"(stack_top), "d"(0), "r"(r10), "r"(r8), "r"(r9), "r"(r12), "r"(r13)
      : "rcx", "r11", "memory");
  return result;
}
#else
static long start_parked(void *stack_top, void (*run)(void *), void *argument, long flags) {
  register long x0 __asm__("x0") = flags;
  register void *x1 __asm__("x1") = stack_top;
  register long x2 __asm__("x2") = 0;
  register long x3 __asm__("x3") = 0;
  register long x4 __asm__("x4") = 0;
  register long x8 __asm__("x8") = __NR_clone;
  register void (*x19)(void *) __asm__("x19") = run;
  register void *x20 __asm__("x20") = argument;
  register void *x21 __asm__("x21") = &released;
  __asm__ volatile(
      "svc 0\n\t"
      "cbnz x0, 1f\n\t"
      "2:\n\t"
      "ldar w9, [x21]\n\t"
      "cbnz w9, 3f\n\t"
      "mov x0, x21\n\t"
      "mov x1, #0\n\t" /* FUTEX_WAIT, while it is 0, without a timeout */
      "mov x2, #0\n\t"
      "mov x3, #0\n\t"
      "mov x8, #" TEXT_OF(__NR_futex) "\n\t"
      "svc 0\n\t"
      "b 2b\n"
      "3:\n\t"
      "mov x29, #0\n\t"
      "mov x0, x20\n\t"
      "blr x19\n\t"
      "brk #1\n"
      "1:"
      : "+r"(x0)
      : "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x8), "r"(x19), "r"(x20), "r"(x21)
      : "memory", "x30");
  return x0;
}
#endif

/* Without CLONE_FS: each has its own umask and working directory, to take on the caller's. */
bool workers_start(int32_t *numbers) {
  long flags = CLONE_VM | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
  for (unsigned i = 0; i < WORKERS; i++) {
    if (numbers[1 + i]) continue; /* made the last time, when there was no room for the rest */
    long tid = start_parked(stacks[i] + STACK_BYTES, work, &self.guard->workers[i], flags);
    if (tid < 0) return false;
    numbers[1 + i] = (int32_t)tid;
  }
  return true;
}

void workers_release(void) {
  atomic_store(&released, 1);
  futex_wake(&released, WORKERS);
}
