/* container.h: what is hooked and decided in a container only. */
#ifndef OUTRIDER_GUARD_CONTAINER_H
#define OUTRIDER_GUARD_CONTAINER_H
#include <stdbool.h>
#include <sys/syscall.h>

/* libc's wrappers and what they are wrappers of: their entries are overwritten, their names are not exported. */
#ifdef __NR_iopl /* x86_64 only */
#define CONTAINER_PORTS(ROW) ROW(iopl, __NR_iopl) ROW(ioperm, __NR_ioperm)
#else
#define CONTAINER_PORTS(ROW)
#endif
#define CONTAINER_HOOKS(ROW)                                                                              \
  CONTAINER_PORTS(ROW)                                                                                    \
  ROW(unshare, __NR_unshare) ROW(setns, __NR_setns) ROW(chroot, __NR_chroot) ROW(mount, __NR_mount)       \
  ROW(umount2, __NR_umount2) ROW(swapon, __NR_swapon) ROW(swapoff, __NR_swapoff) ROW(acct, __NR_acct)     \
  ROW(quotactl, __NR_quotactl) ROW(setxattr, __NR_setxattr) ROW(lsetxattr, __NR_lsetxattr)                \
  ROW(fsetxattr, __NR_fsetxattr) ROW(adjtimex, __NR_adjtimex) ROW(clock_adjtime, __NR_clock_adjtime)      \
  ROW(settimeofday, __NR_settimeofday) ROW(clock_settime, __NR_clock_settime) ROW(klogctl, __NR_syslog)   \
  ROW(fanotify_init, __NR_fanotify_init) ROW(open_by_handle_at, __NR_open_by_handle_at)                   \
  ROW(prctl, __NR_prctl) ROW(personality, __NR_personality) ROW(setsockopt, __NR_setsockopt)              \
  ROW(ioctl, __NR_ioctl) ROW(listen, __NR_listen) ROW(fchmod, __NR_fchmod)                                \
  ROW(setpriority, __NR_setpriority) ROW(sched_setaffinity, __NR_sched_setaffinity)                       \
  ROW(sched_setscheduler, __NR_sched_setscheduler) ROW(sched_setparam, __NR_sched_setparam)               \
  ROW(pidfd_send_signal, 424) ROW(pidfd_getfd, 438) ROW(process_madvise, 440) ROW(open_tree, 428) ROW(move_mount, 429)                \
  ROW(fsopen, 430) ROW(fsconfig, 431) ROW(fsmount, 432) ROW(fspick, 433) ROW(mount_setattr, 442)
/* Those that are more than a system call: the hooks are in container.c. */
#define CONTAINER_OTHERS(ROW) ROW(reboot, ) ROW(chmod, ) ROW(fchmodat, )

/* A call by number: NOT_OURS, it goes on; else what it answers. */
long container_call(long nr, long a, long b, long c, long d);
bool container_namespaces_refused(long flags);
/* process.c: told, and in block mode refused, when that is the relay. */
int refuse_relay(long pid);

#endif
