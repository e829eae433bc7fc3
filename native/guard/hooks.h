/* hooks.h: every function that is hooked, once. Each is exported under libc's name, and the entry of libc's own is
 * overwritten with a jump to the hook.
 *
 *   REPLACE(symbol, hook)  a plain wrapper of a system call: the hook makes the call itself
 *   AROUND(symbol, hook)   the body is needed: its first instructions are moved to where original_<symbol> points; if
 *                          they cannot be moved, the hook is met by symbol only
 *   INSIDE(symbol, hook)   as REPLACE, but nobody outside libc calls it: not exported */
#ifndef OUTRIDER_GUARD_HOOKS_H
#define OUTRIDER_GUARD_HOOKS_H

#define HOOKS(REPLACE, AROUND, INSIDE)         \
  REPLACE(execve, hook_execve)                 \
  REPLACE(execveat, hook_execveat)             \
  REPLACE(fexecve, hook_fexecve)               \
  AROUND(fork, hook_fork)                      \
  AROUND(vfork, hook_vfork)                    \
  AROUND(clone, hook_clone)                    \
  REPLACE(connect, hook_connect)               \
  REPLACE(bind, hook_bind)                     \
  REPLACE(sendto, hook_sendto)                 \
  REPLACE(sendmsg, hook_sendmsg)               \
  REPLACE(sendmmsg, hook_sendmmsg)             \
  REPLACE(socket, hook_socket)                 \
  AROUND(getaddrinfo, hook_getaddrinfo)        \
  AROUND(gethostbyname, hook_gethostbyname)    \
  AROUND(gethostbyname2, hook_gethostbyname2)  \
  AROUND(gethostbyname_r, hook_gethostbyname_r)   \
  AROUND(gethostbyname2_r, hook_gethostbyname2_r) \
  REPLACE(open, hook_open)                     \
  REPLACE(open64, hook_open)                   \
  REPLACE(openat, hook_openat)                 \
  REPLACE(openat64, hook_openat)               \
  INSIDE(__open_nocancel, hook_open)           \
  INSIDE(__open64_nocancel, hook_open)         \
  INSIDE(__openat_nocancel, hook_openat)       \
  INSIDE(__openat64_nocancel, hook_openat)     \
  REPLACE(creat, hook_creat)                   \
  REPLACE(creat64, hook_creat)                 \
  REPLACE(unlink, hook_unlink)                 \
  REPLACE(unlinkat, hook_unlinkat)             \
  REPLACE(rmdir, hook_rmdir)                   \
  REPLACE(rename, hook_rename)                 \
  REPLACE(renameat, hook_renameat)             \
  REPLACE(renameat2, hook_renameat2)           \
  REPLACE(link, hook_link)                     \
  REPLACE(linkat, hook_linkat)                 \
  REPLACE(symlink, hook_symlink)               \
  REPLACE(symlinkat, hook_symlinkat)           \
  REPLACE(mkdir, hook_mkdir)                   \
  REPLACE(mkdirat, hook_mkdirat)               \
  REPLACE(mknod, hook_mknod)                   \
  REPLACE(mknodat, hook_mknodat)               \
  REPLACE(__xmknod, hook_xmknod)               \
  REPLACE(__xmknodat, hook_xmknodat)           \
  REPLACE(truncate, hook_truncate)             \
  REPLACE(truncate64, hook_truncate)           \
  REPLACE(mmap, hook_mmap)                     \
  REPLACE(mmap64, hook_mmap)                   \
  REPLACE(mprotect, hook_mprotect)             \
  REPLACE(pkey_mprotect, hook_pkey_mprotect)   \
  REPLACE(munmap, hook_munmap)                 \
  REPLACE(mremap, hook_mremap)                 \
  REPLACE(madvise, hook_madvise)               \
  REPLACE(kill, hook_kill)                     \
  REPLACE(tgkill, hook_tgkill)                 \
  REPLACE(sigqueue, hook_sigqueue)             \
  REPLACE(pidfd_open, hook_pidfd_open)         \
  REPLACE(prlimit, hook_prlimit)               \
  REPLACE(prlimit64, hook_prlimit)             \
  REPLACE(ptrace, hook_ptrace)                 \
  REPLACE(process_vm_readv, hook_process_vm_readv)   \
  REPLACE(process_vm_writev, hook_process_vm_writev) \
  REPLACE(memfd_create, hook_memfd_create)     \
  REPLACE(syscall, hook_syscall)

#define IGNORE_(symbol, hook)
#define ORIGINAL_(symbol, hook) extern void *original_##symbol;
HOOKS(IGNORE_, ORIGINAL_, IGNORE_)
#undef ORIGINAL_

/* A library's constructor may come before ours. */
void *original_of(void **place, const char *symbol);
#define ORIGINAL(symbol) original_of(&original_##symbol, #symbol)

#endif
