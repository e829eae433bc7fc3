#include "probe.h"

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

#include "caller.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS _IOW('!', 4, uint64_t)
#endif
#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif
#ifndef SECCOMP_ADDFD_FLAG_SEND
#define SECCOMP_ADDFD_FLAG_SEND (1UL << 1)
#endif

static const char *const names[] = {"spec_allow", "wait_killable", "sync_wake_up", "addfd_send",
                                    "ptrace",     "pidfd_getfd",   "vm_readv",     "pidfd_thread"};

const char *feature_name(unsigned bit) { return bit < sizeof names / sizeof *names ? names[bit] : NULL; }

void feature_names(uint32_t features, struct text *out) {
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
    if (!(features & (1u << i))) continue;
    if (out->length) text_add(out, " ");
    text_add(out, names[i]);
  }
}

/* seccomp(2): a flag the kernel knows gets as far as reading the program, which is not there. */
static bool knows_flag(unsigned long flag) {
  return sys(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flag, NULL) == -EFAULT;
}

/* A process that waits to be looked at; killed and reaped by end_of(). Not seen by the application: it is gone before. */
static int32_t sentinel(void) {
  int32_t pid = (int32_t)sys(__NR_clone, 0, 0, 0, 0, 0);
  if (pid == 0)
    for (;;) sys(__NR_ppoll, NULL, 0, NULL, NULL);
  return pid;
}

static void end_of(int32_t pid) {
  sys(__NR_kill, pid, SIGKILL);
  reap(pid);
}

/* On a child; the application will not be one, so where Yama lets only ancestors look (1) this is not the answer. */
static bool yama_stands_in_the_way(void) {
  char text[8];
  int fd = (int)sys(__NR_openat, AT_FDCWD, "/proc/sys/kernel/yama/ptrace_scope", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  long length = sys(__NR_read, fd, text, sizeof text);
  close_fd(fd);
  if (length < 1 || text[0] == '0') return false;
  char status[2048];
  uint64_t effective = 0;
  bool capable = proc_read((int32_t)sys(__NR_getpid), "status", status, sizeof status) > 0 &&
                 status_number(status, "CapEff:", 16, &effective) && effective >> CAP_SYS_PTRACE & 1;
  return !capable || text[0] > '2';
}

static uint32_t probe_looking(void) {
  uint32_t found = 0;
  int32_t pid = sentinel();
  if (pid < 0) return 0;
  static char word[8] = "outride";
  char copy[8] = {0};
  struct iovec here = {copy, sizeof copy}, there = {word, sizeof word};
  if (sys(__NR_process_vm_readv, pid, &here, 1, &there, 1, 0) == sizeof copy && memcmp(copy, word, sizeof copy) == 0) found |= HAS_VM_READ;
  long pidfd = sys(__NR_pidfd_open, pid, 0);
  long fd = pidfd < 0 ? pidfd : sys(__NR_pidfd_getfd, pidfd, 0, 0);
  if (fd >= 0 || fd == -EBADF) found |= HAS_GETFD; /* -EBADF: it has no descriptor 0, but it let us ask */
  close_fd((int)fd);
  close_fd((int)pidfd);
  pidfd = sys(__NR_pidfd_open, pid, PIDFD_THREAD);
  if (pidfd >= 0) found |= HAS_PIDFD_THREAD;
  close_fd((int)pidfd);
  if (sys(__NR_ptrace, PTRACE_SEIZE, pid, 0, 0) == 0) found |= HAS_PTRACE;
  end_of(pid);
  return yama_stands_in_the_way() ? found & ~(uint32_t)(HAS_PTRACE | HAS_GETFD | HAS_VM_READ) : found;
}

/* A kernel was seen on which WAIT_KILLABLE_RECV killed what it should have shielded. So: a child whose getpgid(0) is
 * trapped is sent a signal it handles while it waits. It must neither die nor see the signal before the answer. */
struct killable {
  _Atomic uint32_t begun; /* the child has a listener, or knows that it gets none */
  int32_t listener;
  _Atomic uint32_t answered, signalled_early, result;
};
static struct killable *killable;

#define SIGNAL_NS 200000 /* so long the child is given to see its signal too early */

static void on_signal(int number) {
  (void)number;
  if (!atomic_load(&killable->answered)) atomic_store(&killable->signalled_early, 1);
}

static _Noreturn void killable_child(void) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getpgid, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  sigaction(SIGURG, &action, NULL);
  sys(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  long fd = sys(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &program);
  killable->listener = fd < 0 ? -1 : (int32_t)fd;
  atomic_store(&killable->begun, 1);
  futex_wake(&killable->begun, 1);
  if (fd >= 0) atomic_store(&killable->result, (uint32_t)sys(__NR_getpgid, 0));
  sys(__NR_exit_group, 0);
  __builtin_unreachable();
}

static bool killable_is_sound(uint32_t *looking) {
  killable = (void *)sys(__NR_mmap, NULL, sizeof *killable, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if ((long)killable < 0 && (long)killable > -4096) return false;
  int32_t pid = (int32_t)sys(__NR_clone, CLONE_FILES, 0, 0, 0, 0); /* so the listener appears in our table */
  if (pid == 0) killable_child();
  struct timespec second = {1, 0};
  if (pid > 0 && !atomic_load(&killable->begun)) futex_wait(&killable->begun, 0, &second);
  int listener = atomic_load(&killable->begun) ? killable->listener : -1;
  struct seccomp_notif call = {0};
  bool sound = listener >= 0 && sys(__NR_ioctl, listener, SECCOMP_IOCTL_NOTIF_RECV, &call) == 0;
  if (sound) {
    uint64_t until = now_ns(CLOCK_MONOTONIC) + SIGNAL_NS;
    sys(__NR_kill, pid, SIGURG);
    *looking = probe_looking(); /* takes about as long */
    struct timespec short_while = {0, SIGNAL_NS / 4};
    while (now_ns(CLOCK_MONOTONIC) < until) sys(__NR_nanosleep, &short_while, NULL);
    atomic_store(&killable->answered, 1);
    struct seccomp_notif_resp answer = {.id = call.id, .val = 4711};
    sound = sys(__NR_ioctl, listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) == 0;
  }
  if (!sound && pid > 0) sys(__NR_kill, pid, SIGKILL);
  int status = reap(pid);
  close_fd(listener);
  sound = sound && WIFEXITED(status) && atomic_load(&killable->result) == 4711 && !atomic_load(&killable->signalled_early);
  sys(__NR_munmap, killable, sizeof *killable);
  return sound;
}

uint32_t probe_host(void) {
  uint32_t found = 0, looking = 0;
  if (knows_flag(SECCOMP_FILTER_FLAG_SPEC_ALLOW)) found |= HAS_SPEC_ALLOW;
  if (knows_flag(SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) && killable_is_sound(&looking)) found |= HAS_WAIT_KILLABLE;
  return found | (looking ? looking : probe_looking());
}

const char *probe_missing(uint32_t features) {
  if (!(features & HAS_PTRACE)) return "programs are verified late, when they have begun to run: add SYS_PTRACE to the container's capabilities";
  if (!(features & HAS_GETFD)) return "messages without an address are judged but cannot be verified against a race: add SYS_PTRACE to the container's capabilities";
  return NULL;
}

uint32_t probe_listener(int listener) {
  uint32_t found = 0;
  if (sys(__NR_ioctl, listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP) == 0) found |= HAS_SYNC_WAKE_UP;
  /* A call that does not exist: ENOENT where the flag is known, EINVAL where it is not. */
  struct seccomp_notif_addfd nothing = {.flags = SECCOMP_ADDFD_FLAG_SEND, .srcfd = (uint32_t)listener};
  if (sys(__NR_ioctl, listener, SECCOMP_IOCTL_NOTIF_ADDFD, &nothing) == -ENOENT) found |= HAS_ADDFD_SEND;
  return found;
}

/* Whether a listener can really be had is only known by asking for one: in a child, which is then gone. `found` is
 * shared with it and takes what only a listener tells. */
long probe_try_listener(_Atomic uint32_t *found) {
  int32_t pid = (int32_t)sys(__NR_clone, 0, 0, 0, 0, 0);
  if (pid == 0) {
    struct sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {1, allow};
    sys(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    long fd = sys(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    if (fd >= 0) atomic_store(found, probe_listener((int)fd));
    sys(__NR_exit_group, fd < 0 ? -fd : 0);
  }
  int status = reap(pid);
  return pid < 0 ? -pid : WEXITSTATUS(status);
}
