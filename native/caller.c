#include "caller.h"

#include <sys/uio.h>

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

long proc_read(int32_t pid, const char *what, char *buffer, size_t size) {
  struct text_path path = proc_path(pid, what);
  int fd = (int)sys(__NR_openat, AT_FDCWD, path.bytes, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fd;
  long length = 0, got = 0;
  while ((size_t)length < size - 1 && (got = sys(__NR_read, fd, buffer + length, size - 1 - (size_t)length)) > 0) length += got;
  close_fd(fd);
  if (got < 0) return got;
  buffer[length] = 0;
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

void caller_begin(struct caller *caller, const struct seccomp_notif *call) {
  caller->call = call;
  caller->tid = (int32_t)call->pid;
  caller->process = 0;
  caller->identity_known = false;
  struct text_path exe = proc_path(caller->tid, "exe");
  long length = sys(__NR_readlinkat, AT_FDCWD, exe.bytes, caller->program, sizeof caller->program - 1);
  caller->program[length > 0 ? length : 0] = 0;
}

/* Without the right to process_vm_readv (containerd <= 1.6 and no CAP_SYS_PTRACE), /proc/PID/mem serves the same user. */
static long memory(const struct caller *caller, uint64_t address, void *buffer, size_t size, bool write) {
  struct iovec here = {buffer, size}, there = {(void *)(uintptr_t)address, size};
  long got = sys(write ? __NR_process_vm_writev : __NR_process_vm_readv, caller->tid, &here, 1, &there, 1, 0);
  if (got != -EPERM && got != -ENOSYS) return got;
  struct text_path path = proc_path(caller->tid, "mem");
  int fd = (int)sys(__NR_openat, AT_FDCWD, path.bytes, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
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

int32_t caller_process(struct caller *caller) {
  if (!caller->process) {
    char status[2048];
    uint64_t number;
    if (proc_read(caller->tid, "status", status, sizeof status) > 0 && status_number(status, "Tgid:", 10, &number))
      caller->process = (int32_t)number;
  }
  return caller->process;
}

int caller_descriptor(struct caller *caller, int number) {
  long pidfd = sys(__NR_pidfd_open, caller->tid, self.guard->features & HAS_PIDFD_THREAD ? PIDFD_THREAD : 0);
  if (pidfd < 0) pidfd = sys(__NR_pidfd_open, caller_process(caller), 0); /* a thread that does not lead, before 6.9 */
  if (pidfd < 0) return (int)pidfd;
  long fd = sys(__NR_pidfd_getfd, pidfd, number, 0);
  close_fd((int)pidfd);
  return (int)fd;
}

static int open_directory(struct text_path path) {
  return (int)sys(__NR_openat, AT_FDCWD, path.bytes, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int caller_directory(const struct caller *caller, int dirfd) {
  if (dirfd == AT_FDCWD) return open_directory(proc_path(caller->tid, "cwd"));
  if (dirfd < 0) return -EBADF;
  char what[32];
  struct text out = {what, sizeof what, 0, false};
  what[0] = 0;
  text_add(&out, "fd/");
  text_number(&out, (uint64_t)dirfd);
  int fd = open_directory(proc_path(caller->tid, what));
  return fd == -ENOENT ? -EBADF : fd;
}

int caller_root(const struct caller *caller) { return open_directory(proc_path(caller->tid, "root")); }

const struct identity *caller_identity(struct caller *caller) {
  if (!caller->identity_known) caller->identity_known = identity_of(caller->tid, &caller->identity);
  return caller->identity_known ? &caller->identity : NULL;
}
