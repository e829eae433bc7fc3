/* hooks.c: what libc's functions are replaced by. Their names differ from libc's, so that their types may: an optional
 * argument is a plain one here, which is the same to a caller on both architectures. */
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <ucontext.h>

#include "inside.h"

int hook_execve(const char *path, char *const *argv, char *const *envp) { return (int)answer(do_execve(path, argv, envp)); }

int hook_execveat(int fd, const char *path, char *const *argv, char *const *envp, int flags) {
  return (int)answer(do_execveat(fd, path, argv, envp, flags));
}

int hook_fexecve(int fd, char *const *argv, char *const *envp) {
  if (fd < 0 || !argv || !envp) return (int)answer(-EINVAL);
  long result = do_execveat(fd, "", argv, envp, AT_EMPTY_PATH);
  if (result != -ENOSYS) return (int)answer(result);
  TEXT(path, 40);
  text_add(&path, "/proc/self/fd/");
  text_number(&path, (uint64_t)fd);
  return (int)answer(do_execve(path.buffer, argv, envp));
}

int hook_connect(int fd, const void *address, uint32_t size) { return (int)answer(do_connect(fd, address, size)); }
int hook_bind(int fd, const void *address, uint32_t size) { return (int)answer(do_bind(fd, address, size)); }

long hook_sendto(int fd, const void *bytes, size_t count, int flags, const void *address, uint32_t size) {
  return answer(do_sendto(fd, bytes, count, flags, address, size));
}

long hook_sendmsg(int fd, const void *message, int flags) { return answer(do_sendmsg(fd, message, flags)); }
int hook_sendmmsg(int fd, void *messages, unsigned count, int flags) { return (int)answer(do_sendmmsg(fd, messages, count, flags)); }
int hook_socket(int family, int type, int protocol) { return (int)answer(do_socket(family, type, protocol)); }

int hook_open(const char *path, int flags, unsigned mode) { return (int)answer(do_open(AT_FDCWD, path, flags, mode, "open")); }
int hook_openat(int fd, const char *path, int flags, unsigned mode) { return (int)answer(do_open(fd, path, flags, mode, "openat")); }
int hook_creat(const char *path, unsigned mode) {
  return (int)answer(do_open(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode, "creat"));
}

int hook_unlink(const char *path) { return (int)answer(do_unlink(AT_FDCWD, path, 0, "unlink")); }
int hook_unlinkat(int fd, const char *path, int flags) { return (int)answer(do_unlink(fd, path, flags, "unlinkat")); }
int hook_rmdir(const char *path) { return (int)answer(do_unlink(AT_FDCWD, path, AT_REMOVEDIR, "rmdir")); }

int hook_rename(const char *from, const char *to) { return (int)answer(do_rename(AT_FDCWD, from, AT_FDCWD, to, 0, "rename")); }
int hook_renameat(int from_dir, const char *from, int to_dir, const char *to) {
  return (int)answer(do_rename(from_dir, from, to_dir, to, 0, "renameat"));
}
int hook_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags) {
  return (int)answer(do_rename(from_dir, from, to_dir, to, flags, "renameat2"));
}

int hook_link(const char *from, const char *to) { return (int)answer(do_link(AT_FDCWD, from, AT_FDCWD, to, 0, "link")); }
int hook_linkat(int from_dir, const char *from, int to_dir, const char *to, int flags) {
  return (int)answer(do_link(from_dir, from, to_dir, to, flags, "linkat"));
}
int hook_symlink(const char *text, const char *path) { return (int)answer(do_symlink(text, AT_FDCWD, path, "symlink")); }
int hook_symlinkat(const char *text, int fd, const char *path) { return (int)answer(do_symlink(text, fd, path, "symlinkat")); }

int hook_mkdir(const char *path, unsigned mode) { return (int)answer(do_mkdir(AT_FDCWD, path, mode, "mkdir")); }
int hook_mkdirat(int fd, const char *path, unsigned mode) { return (int)answer(do_mkdir(fd, path, mode, "mkdirat")); }
int hook_mknod(const char *path, unsigned mode, uint64_t device) { return (int)answer(do_mknod(AT_FDCWD, path, mode, device, "mknod")); }
int hook_mknodat(int fd, const char *path, unsigned mode, uint64_t device) {
  return (int)answer(do_mknod(fd, path, mode, device, "mknodat"));
}
int hook_xmknod(int version, const char *path, unsigned mode, const uint64_t *device) {
  return version ? (int)answer(-EINVAL) : hook_mknod(path, mode, *device);
}
int hook_xmknodat(int version, int fd, const char *path, unsigned mode, const uint64_t *device) {
  return version ? (int)answer(-EINVAL) : hook_mknodat(fd, path, mode, *device);
}
int hook_truncate(const char *path, long length) { return (int)answer(do_truncate(path, length)); }

void *hook_mmap(void *address, size_t size, int protection, int flags, int fd, long offset) {
  return (void *)answer(do_mmap(address, size, protection, flags, fd, offset));
}
int hook_mprotect(void *address, size_t size, int protection) { return (int)answer(do_mprotect(address, size, protection)); }
int hook_pkey_mprotect(void *address, size_t size, int protection, int key) {
  return (int)answer(do_pkey_mprotect(address, size, protection, key));
}
int hook_munmap(void *address, size_t size) { return (int)answer(do_munmap(address, size)); }
void *hook_mremap(void *address, size_t size, size_t to, int flags, void *at) {
  return (void *)answer(do_mremap(address, size, to, flags, at));
}
int hook_madvise(void *address, size_t size, int advice) { return (int)answer(do_madvise(address, size, advice)); }

int hook_kill(int pid, int signal) { return (int)answer(do_signal(__NR_kill, pid, signal, 0, 0)); }
int hook_tgkill(int pid, int tid, int signal) { return (int)answer(do_signal(__NR_tgkill, pid, tid, signal, 0)); }

int hook_sigqueue(int pid, int signal, union sigval value) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  info.si_signo = signal;
  info.si_code = SI_QUEUE;
  info.si_pid = (int)sys(__NR_getpid);
  info.si_uid = (unsigned)sys(__NR_getuid);
  info.si_value = value;
  return (int)answer(do_signal(__NR_rt_sigqueueinfo, pid, signal, (long)&info, 0));
}

int hook_pidfd_open(int pid, unsigned flags) { return (int)answer(do_signal(NR_pidfd_open, pid, (long)flags, 0, 0)); }
int hook_prlimit(int pid, int what, const void *set, void *get) {
  return (int)answer(do_signal(__NR_prlimit64, pid, what, (long)set, (long)get));
}

/* PTRACE_PEEK* answer with the word itself. */
long hook_ptrace(long request, int pid, void *address, void *data) {
  long word = 0;
  bool peeks = request >= PTRACE_PEEKTEXT && request <= PTRACE_PEEKUSER;
  long result = answer(do_ptrace(request, pid, address, peeks ? &word : data));
  if (result < 0 || !peeks) return result;
  *errno_place() = 0;
  return word;
}

long hook_process_vm_readv(int pid, const void *local, size_t locals, const void *remote, size_t remotes, unsigned long flags) {
  return answer(do_process_vm(__NR_process_vm_readv, pid, local, locals, remote, remotes, flags));
}
long hook_process_vm_writev(int pid, const void *local, size_t locals, const void *remote, size_t remotes, unsigned long flags) {
  return answer(do_process_vm(__NR_process_vm_writev, pid, local, locals, remote, remotes, flags));
}

int hook_memfd_create(const char *name, unsigned flags) { return (int)answer(do_named("memfd_create", __NR_memfd_create, (long)name, flags)); }

long hook_syscall(long nr, long a, long b, long c, long d, long e, long f) { return answer(raw_call(nr, a, b, c, d, e, f)); }
