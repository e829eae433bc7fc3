/* raw.c: system calls by number, as syscall() makes them: the same decisions as by name. */
#include "container.h"
#include "inside.h"

#define P(x) ((const char *)(x))

static long files(long nr, long a, long b, long c, long d, long e) {
  switch (nr) {
#ifdef __NR_open /* x86_64 only, as all without a directory descriptor */
    case __NR_open: return do_open(AT_FDCWD, P(a), (int)b, (unsigned)c, "open");
    case __NR_creat: return do_open(AT_FDCWD, P(a), O_CREAT | O_WRONLY | O_TRUNC, (unsigned)b, "creat");
    case __NR_unlink: return do_unlink(AT_FDCWD, P(a), 0, "unlink");
    case __NR_rmdir: return do_unlink(AT_FDCWD, P(a), AT_REMOVEDIR, "rmdir");
    case __NR_rename: return do_rename(AT_FDCWD, P(a), AT_FDCWD, P(b), 0, "rename");
    case __NR_link: return do_link(AT_FDCWD, P(a), AT_FDCWD, P(b), 0, "link");
    case __NR_symlink: return do_symlink(P(a), AT_FDCWD, P(b), "symlink");
    case __NR_mkdir: return do_mkdir(AT_FDCWD, P(a), (unsigned)b, "mkdir");
    case __NR_mknod: return do_mknod(AT_FDCWD, P(a), (unsigned)b, (uint64_t)c, "mknod");
#endif
    case __NR_openat: return do_open((int)a, P(b), (int)c, (unsigned)d, "openat");
    case NR_openat2: return do_openat2((int)a, P(b), (const void *)c, (size_t)d);
    case __NR_unlinkat: return do_unlink((int)a, P(b), (int)c, "unlinkat");
    case __NR_renameat: return do_rename((int)a, P(b), (int)c, P(d), 0, "renameat");
    case __NR_renameat2: return do_rename((int)a, P(b), (int)c, P(d), (unsigned)e, "renameat2");
    case __NR_linkat: return do_link((int)a, P(b), (int)c, P(d), (int)e, "linkat");
    case __NR_symlinkat: return do_symlink(P(a), (int)b, P(c), "symlinkat");
    case __NR_mkdirat: return do_mkdir((int)a, P(b), (unsigned)c, "mkdirat");
    case __NR_mknodat: return do_mknod((int)a, P(b), (unsigned)c, (uint64_t)d, "mknodat");
    case __NR_truncate: return do_truncate(P(a), b);
    default: return NOT_OURS;
  }
}

static long network(long nr, long a, long b, long c, long d, long e, long f) {
  switch (nr) {
    case __NR_connect: return do_connect((int)a, P(b), (uint32_t)c);
    case __NR_bind: return do_bind((int)a, P(b), (uint32_t)c);
    case __NR_sendto: return do_sendto((int)a, P(b), (size_t)c, (int)d, P(e), (uint32_t)f);
    case __NR_sendmsg: return do_sendmsg((int)a, P(b), (int)c);
    case __NR_sendmmsg: return do_sendmmsg((int)a, (void *)b, (unsigned)c, (int)d);
    case __NR_socket: return do_socket((int)a, (int)b, (int)c);
    default: return NOT_OURS;
  }
}

static long memory(long nr, long a, long b, long c, long d, long e, long f) {
  switch (nr) {
    case __NR_mmap: return do_mmap((void *)a, (size_t)b, (int)c, (int)d, (int)e, f);
    case __NR_mprotect: return do_mprotect((void *)a, (size_t)b, (int)c);
    case __NR_pkey_mprotect: return do_pkey_mprotect((void *)a, (size_t)b, (int)c, (int)d);
    case __NR_munmap: return do_munmap((void *)a, (size_t)b);
    case __NR_mremap: return do_mremap((void *)a, (size_t)b, (size_t)c, (int)d, (void *)e);
    case __NR_madvise: return do_madvise((void *)a, (size_t)b, (int)c);
    case __NR_process_vm_readv:
    case __NR_process_vm_writev: return do_process_vm((int)nr, (int)a, P(b), (size_t)c, P(d), (size_t)e, (unsigned long)f);
    case __NR_memfd_create: return do_named("memfd_create", nr, a, b);
    default: return NOT_OURS;
  }
}

/* A thread is no new process; new namespaces need rights that a function does not have. clone3's flags are the first
 * word of its argument. */
static long processes(long nr, long a, long b, long c, long d, long e) {
  const long thread = 0x00010000;  /* CLONE_THREAD */
  const long borrows = 0x00004100; /* CLONE_VM, CLONE_VFORK: two on the same stack would return through our frames */
  switch (nr) {
    case __NR_execve: return do_execve(P(a), (char *const *)b, (char *const *)c);
    case __NR_execveat: return do_execveat((int)a, P(b), (char *const *)c, (char *const *)d, (int)e);
#ifdef __NR_fork
    case __NR_fork:
    case __NR_vfork: return fork_allowed() ? -EAGAIN : sys(__NR_fork);
#endif
    case __NR_clone:
      if (!(a & thread) && fork_allowed()) return -EAGAIN;
      return sys(__NR_clone, b ? a : a & ~borrows, b, c, d, e);
    case NR_clone3: return !bad_pointer(P(a)) && !(*(const long *)a & thread) && fork_allowed() ? -EAGAIN : NOT_OURS;
    case __NR_kill:
    case __NR_tkill:
    case __NR_tgkill:
    case __NR_rt_sigqueueinfo:
    case __NR_rt_tgsigqueueinfo:
    case __NR_prlimit64:
    case NR_pidfd_open: return do_signal((int)nr, a, b, c, d);
    case __NR_ptrace: return do_ptrace(a, (int)b, (void *)c, (void *)d);
    default: return NOT_OURS;
  }
}

/* No wrapper of libc's leads to these; what is done with them cannot be followed. */
static const char *foreign(long nr) {
  switch (nr) {
    case NR_io_uring_setup: return "io_uring_setup";
    case __NR_open_by_handle_at:
    case __NR_userfaultfd:
    case __NR_bpf:
    case __NR_perf_event_open:
    case NR_process_madvise:
    case __NR_remap_file_pages: return "syscall_raw";
    default: return NULL;
  }
}

long raw_call(long nr, long a, long b, long c, long d, long e, long f) {
  if (!policy_now()) return sys(nr, a, b, c, d, e, f);
  const char *name = self.in_container ? NULL : foreign(nr);
  if (name) return guard_call(name) ? -EACCES : sys(nr, a, b, c, d, e, f);
  long decided = self.in_container ? container_call(nr, a, b, c, d) : NOT_OURS;
  if (decided != NOT_OURS) return decided;
  long result = files(nr, a, b, c, d, e);
  if (result == NOT_OURS) result = network(nr, a, b, c, d, e, f);
  if (result == NOT_OURS) result = memory(nr, a, b, c, d, e, f);
  if (result == NOT_OURS) result = processes(nr, a, b, c, d, e);
  return result == NOT_OURS ? sys(nr, a, b, c, d, e, f) : result;
}
