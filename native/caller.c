#include "caller.h"

#include <sys/uio.h>

#include "held.h"
#include "look.h"

struct text_path proc_path(int32_t pid, const char *what) {
  struct text_path path;
  struct text out = {path.bytes, sizeof path.bytes, 0, false};
  path.bytes[0] = 0;
  text_add(&out, "/proc/");
  text_number(&out, (uint64_t)pid);
  text_add(&out, "/");
  text_add(&out, what);
  return path;
}

struct text_path descriptor_path(int number) {
  struct text_path path;
  struct text out = {path.bytes, sizeof path.bytes, 0, false};
  path.bytes[0] = 0;
  text_add(&out, "/proc/self/fd/");
  text_number(&out, (uint64_t)number);
  return path;
}

bool path_of_descriptor(int fd, char *out, size_t size) {
  struct text_path link = descriptor_path(fd);
  long length = sys(__NR_readlinkat, AT_FDCWD, link.bytes, out, size - 1);
  if (length < 0 || (size_t)length >= size - 1) length = 0;
  out[length] = 0;
  return length > 0;
}

long proc_read(int32_t pid, const char *what, char *buffer, size_t size) {
  struct text_path path = proc_path(pid, what);
  int fd = (int)sys(__NR_openat, AT_FDCWD, path.bytes, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fd;
  long length = sys(__NR_read, fd, buffer, size - 1); /* such files are given whole, as far as there is room */
  close_fd(fd);
  if (length >= 0) buffer[length] = 0;
  return length;
}

bool status_number(const char *status, const char *name, int base, uint64_t *number) {
  size_t length = strlen(name);
  for (const char *line = status; line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
    if (strncmp(line, name, length) != 0) continue;
    const char *p = line + length;
    while (*p == ' ' || *p == '\t') p++;
    if (base == 10) return parse_number(&p, number);
    uint64_t value = 0;
    const char *start = p;
    for (;; p++) {
      unsigned digit = *p >= '0' && *p <= '9' ? (unsigned)(*p - '0') : *p >= 'a' && *p <= 'f' ? (unsigned)(*p - 'a' + 10) : 99;
      if (digit >= (unsigned)base) break;
      value = value * (unsigned)base + digit;
    }
    *number = value;
    return p > start;
  }
  return false;
}

struct entry { /* struct linux_dirent64 (getdents64(2)) */
  uint64_t inode, next;
  uint16_t length;
  uint8_t type;
  char name[];
};

long each_number(int directory, void (*each)(void *with, int number, const char *name), void *with) {
  _Alignas(struct entry) char entries[4096];
  long length;
  while ((length = sys(__NR_getdents64, directory, entries, sizeof entries)) > 0)
    for (long at = 0; at < length; at += ((struct entry *)(entries + at))->length) {
      const char *name = ((struct entry *)(entries + at))->name, *p = name;
      uint64_t number;
      if (parse_number(&p, &number) && !*p) each(with, (int)number, name);
    }
  return length;
}

/* A few tasks make most calls: each worker remembers those it saw last, by pidfd, so that a number given to another task
 * is noticed. What is remembered counts as long as nothing happened that changes it: execs, set*id calls and umask are
 * trapped for this, and each begins a new epoch. */
#define KNOWN_TASKS 8
#define SHY_NS 1000000000ull
struct known_task {
  int32_t tid; /* 0: free */
  int32_t process;
  uint64_t serial; /* no two tasks, of this worker, have the same */
  int pidfd;
  int status; /* /proc/<tid>/status, open; -1: not yet */
  uint32_t program_epoch, identity_epoch; /* 0: not known */
  struct identity identity;
  char program[512];
};

static struct known_task known_tasks[WORKERS + 1][KNOWN_TASKS];

static bool still_there(const struct known_task *known) { return sys(__NR_pidfd_send_signal, known->pidfd, 0, NULL, 0) != -ESRCH; }

/* NULL: nothing can be remembered of a thread that does not lead before PIDFD_THREAD (6.9). */
static struct known_task *know(int32_t tid) {
  struct known_task *known = &known_tasks[worker_index()][(uint32_t)tid % KNOWN_TASKS];
  if (known->tid == tid && still_there(known)) return known;
  if (known->tid) {
    close_fd(known->pidfd);
    close_fd(known->status);
    known->tid = 0;
  }
  known->pidfd = (int)sys(__NR_pidfd_open, tid, self.guard->features & HAS_PIDFD_THREAD ? PIDFD_THREAD : 0);
  if (known->pidfd < 0) return NULL;
  static uint64_t serials[WORKERS + 1];
  known->serial = ++serials[worker_index()];
  known->tid = tid;
  known->process = 0;
  known->status = -1;
  known->program_epoch = known->identity_epoch = 0;
  return known;
}

uint64_t caller_task(const struct caller *caller) { return caller->known && !caller->shy ? caller->known->serial : 0; }

void caller_take_over(void) {
  memset(known_tasks, 0, sizeof known_tasks);
  umask_forget();
}

static long kept_program(struct caller *caller) {
  int fd = look_kept(caller_process(caller), KEPT_PROGRAM);
  bool found = fd >= 0 && path_of_descriptor(fd, caller->program, sizeof caller->program);
  close_fd(fd);
  return found ? (long)strlen(caller->program) : -EACCES;
}

void caller_begin(struct caller *caller, const struct seccomp_notif *call) {
  caller->call = call;
  caller->tid = (int32_t)call->pid;
  caller->identity_known = false;
  struct known_task *known = caller->known = know(caller->tid);
  caller->process = known ? known->process : 0;
  uint64_t shy_until = atomic_load(&self.guard->shy_until_ns);
  caller->shy = shy_until && now_ns(1) < shy_until;
  uint32_t epoch = atomic_load(&self.guard->epoch); /* before the look: a change meanwhile makes it worthless */
  if (known && known->program_epoch == epoch && !caller->shy) {
    strcpy(caller->program, known->program);
    return;
  }
  struct text_path exe = proc_path(caller->tid, "exe");
  bool looks = look_begin(caller->tid);
  long length = sys(__NR_readlinkat, AT_FDCWD, exe.bytes, caller->program, sizeof caller->program - 1);
  look_end(looks);
  if (length == -EACCES) length = kept_program(caller);
  if (length < 0) length = 0;
  caller->program[length] = 0;
  if (!known || (size_t)length >= sizeof known->program || !length) return;
  memcpy(known->program, caller->program, (size_t)length + 1);
  known->program_epoch = epoch;
}

/* Without the right to process_vm_readv (containerd <= 1.6 and no CAP_SYS_PTRACE), /proc/PID/mem serves the same user. */
static long memory(const struct caller *caller, uint64_t address, void *buffer, size_t size, bool write) {
  struct iovec here = {buffer, size}, there = {(void *)(uintptr_t)address, size};
  long got = sys(write ? __NR_process_vm_writev : __NR_process_vm_readv, caller->tid, &here, 1, &there, 1, 0);
  if (got != -EPERM && got != -ENOSYS) return got;
  struct text_path path = proc_path(caller->tid, "mem");
  bool looks = look_begin(caller->tid);
  int fd = (int)sys(__NR_openat, AT_FDCWD, path.bytes, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
  look_end(looks);
  if (fd == -EACCES) fd = look_kept(caller_process((struct caller *)(uintptr_t)caller), KEPT_MEMORY);
  if (fd == -EACCES && still_waiting(caller->call->id)) look_refused(); /* of one that dies nothing can be read either */
  if (fd < 0) return fd;
  got = sys(write ? __NR_pwrite64 : __NR_pread64, fd, buffer, size, address);
  close_fd(fd);
  return got == -EIO ? -EFAULT : got;
}

long caller_read(const struct caller *caller, uint64_t address, void *buffer, size_t size) {
  return memory(caller, address, buffer, size, false);
}

long caller_write(const struct caller *caller, uint64_t address, const void *buffer, size_t size) {
  return memory(caller, address, (void *)(uintptr_t)buffer, size, true);
}

long caller_string(const struct caller *caller, uint64_t address, char *buffer, size_t size) {
  size_t length = 0;
  while (length < size) {
    /* Never across a page that may not be there: the string may end just before it. */
    size_t piece = 256 - (address + length) % 256;
    if (piece > size - length) piece = size - length;
    long got = caller_read(caller, address + length, buffer + length, piece);
    if (got <= 0) return got < 0 ? got : -EFAULT;
    char *end = memchr(buffer + length, 0, (size_t)got);
    if (end) return end - buffer;
    length += (size_t)got;
  }
  buffer[size - 1] = 0;
  return -ENAMETOOLONG;
}

size_t caller_arguments(const struct caller *caller, uint64_t address, char *buffer, size_t size) {
  size_t used = 0;
  for (size_t i = 0; i < 64 && used + 1 < size; i++) {
    uint64_t pointer;
    if (caller_read(caller, address + i * sizeof pointer, &pointer, sizeof pointer) != sizeof pointer || !pointer) break;
    long length = caller_string(caller, pointer, buffer + used, size - used);
    if (length < 0 && length != -ENAMETOOLONG) break;
    used += strlen(buffer + used) + 1;
  }
  return used ? used - 1 : 0;
}

int caller_descriptor(struct caller *caller, int number) {
  if (!(self.guard->features & HAS_GETFD)) return held_duplicate(caller, number);
  if (caller->known) return (int)sys(__NR_pidfd_getfd, caller->known->pidfd, number, 0);
  int pidfd = (int)sys(__NR_pidfd_open, caller_process(caller), 0);
  if (pidfd < 0) return pidfd;
  long fd = sys(__NR_pidfd_getfd, pidfd, number, 0);
  close_fd(pidfd);
  return (int)fd;
}

static int open_directory(int32_t tid, struct text_path path) {
  bool looks = look_begin(tid);
  int fd = (int)sys(__NR_openat, AT_FDCWD, path.bytes, O_PATH | O_DIRECTORY | O_CLOEXEC);
  look_end(looks);
  return fd;
}

int caller_directory(const struct caller *caller, int dirfd) {
  if (dirfd == AT_FDCWD) {
    int here = open_directory(caller->tid, proc_path(caller->tid, "cwd"));
    return here == -EACCES ? look_kept(caller->process, KEPT_DIRECTORY) : here;
  }
  if (dirfd < 0) return -EBADF;
  char what[32];
  struct text out = {what, sizeof what, 0, false};
  what[0] = 0;
  text_add(&out, "fd/");
  text_number(&out, (uint64_t)dirfd);
  int fd = open_directory(caller->tid, proc_path(caller->tid, what));
  return fd == -ENOENT ? -EBADF : fd;
}

int caller_root(const struct caller *caller) {
  int root = open_directory(caller->tid, proc_path(caller->tid, "root"));
  return root == -EACCES ? look_kept(caller->process, KEPT_ROOT) : root;
}

void caller_forget(void) {
  /* 0 is kept for "not known". */
  if (atomic_fetch_add(&self.guard->epoch, 1) + 1 == 0) atomic_fetch_add(&self.guard->epoch, 1);
}

void caller_forget_for_a_while(void) {
  caller_forget();
  atomic_store(&self.guard->shy_until_ns, now_ns(1) + SHY_NS);
}

static bool read_identity(struct caller *caller) {
  struct known_task *known = caller->known;
  if (!known) return identity_of(caller->tid, -1, &caller->identity);
  if (known->status < 0) {
    struct text_path path = proc_path(caller->tid, "status");
    known->status = (int)sys(__NR_openat, AT_FDCWD, path.bytes, O_RDONLY | O_CLOEXEC);
  }
  uint32_t epoch = atomic_load(&self.guard->epoch);
  if (!identity_of(caller->tid, known->status, &caller->identity)) return false;
  known->identity = caller->identity;
  known->identity_epoch = epoch;
  return true;
}

const struct identity *caller_identity(struct caller *caller) {
  if (caller->identity_known) return &caller->identity;
  const struct known_task *known = caller->known;
  if (known && !caller->shy && known->identity_epoch == atomic_load(&self.guard->epoch)) caller->identity = known->identity;
  else if (!read_identity(caller)) return NULL;
  caller->identity_known = true;
  return &caller->identity;
}

long caller_unknown(void) {
  int fd = (int)sys(__NR_fcntl, self.root, F_DUPFD_CLOEXEC, 0);
  close_fd(fd);
  return fd == -EMFILE ? -EMFILE : -EPERM;
}

int32_t caller_process(struct caller *caller) {
  if (!caller->process) {
    const struct identity *who = caller_identity(caller);
    caller->process = who ? who->process : 0;
    if (caller->known) caller->known->process = caller->process;
  }
  return caller->process;
}
