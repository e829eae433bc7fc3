#include "traps.h"

const struct trap traps[] = {
    {__NR_execve, TRAP, 0, "execve", handle_execve},
    {__NR_execveat, TRAP, 0, "execveat", handle_execveat},

    {__NR_connect, TRAP, 0, "connect", handle_connect},
    {__NR_bind, TRAP, 0, "bind", handle_bind},
    {__NR_listen, TRAP, 0, "listen", handle_listen}, /* without a bind the kernel picks a port */
    {__NR_sendto, TRAP_ADDRESSED, 0, "sendto", handle_sendto},
    {__NR_sendmsg, TRAP, 0, "sendmsg", handle_sendmsg}, /* the address is in memory, where a filter cannot look */
    {__NR_sendmmsg, TRAP, 0, "sendmmsg", handle_sendmmsg},
    {__NR_socket, TRAP_SOCKET, 0, "socket", handle_socket},

#ifdef __NR_open /* x86_64 only, as all without a directory descriptor */
    {__NR_open, TRAP_WRITABLE, 1, "open", handle_open},
    {__NR_creat, TRAP, 0, "creat", handle_creat},
    {__NR_unlink, TRAP, 0, "unlink", handle_unlink},
    {__NR_rmdir, TRAP, 0, "rmdir", handle_rmdir},
    {__NR_mkdir, TRAP, 0, "mkdir", handle_mkdir},
    {__NR_mknod, TRAP, 0, "mknod", handle_mknod},
    {__NR_symlink, TRAP, 0, "symlink", handle_symlink},
    {__NR_link, TRAP, 0, "link", handle_link},
    {__NR_rename, TRAP, 0, "rename", handle_rename},
    {__NR_chmod, TRAP_SETS_ID, 1, "chmod", handle_chmod},
#endif
#ifdef __NR_renameat
    {__NR_renameat, TRAP, 0, "renameat", handle_renameat},
#endif
    {__NR_openat, TRAP_WRITABLE, 2, "openat", handle_openat},
    {__NR_openat2, TRAP, 0, "openat2", handle_openat2}, /* its flags are in memory */
    {__NR_unlinkat, TRAP, 0, "unlinkat", handle_unlinkat},
    {__NR_mkdirat, TRAP, 0, "mkdirat", handle_mkdirat},
    {__NR_mknodat, TRAP, 0, "mknodat", handle_mknodat},
    {__NR_symlinkat, TRAP, 0, "symlinkat", handle_symlinkat},
    {__NR_linkat, TRAP, 0, "linkat", handle_linkat},
    {__NR_renameat2, TRAP, 0, "renameat2", handle_renameat},
    {__NR_fchmod, TRAP_SETS_ID, 1, "fchmod", handle_fchmod},
    {__NR_fchmodat, TRAP_SETS_ID, 2, "fchmodat", handle_fchmodat},
    {__NR_fchmodat2, TRAP_SETS_ID, 2, "fchmodat2", handle_fchmodat2},
    {__NR_truncate, TRAP, 0, "truncate", handle_truncate},

    {__NR_memfd_create, TRAP, 0, "memfd_create", handle_named},
    {__NR_ptrace, TRAP_AND_GUARD, 1, "ptrace", handle_named},
    {__NR_process_vm_readv, TRAP_AND_GUARD, 0, "process_vm_readv", handle_named},
    {__NR_process_vm_writev, TRAP_AND_GUARD, 0, "process_vm_writev", handle_named},
    {__NR_io_uring_setup, TRAP, 0, "io_uring_setup", handle_named},
    {__NR_clone, TRAP_NAMESPACES, 0, "clone_namespaces", handle_new_root},
    {__NR_unshare, TRAP, 0, "unshare", handle_new_root},
    {__NR_setns, TRAP, 0, "setns", handle_new_root},
    {__NR_chroot, TRAP, 0, "chroot", handle_new_root},
    {__NR_pivot_root, TRAP, 0, "pivot_root", handle_new_root},
    {__NR_clone3, NOT_THERE, 0, "clone3", NULL}, /* its flags are in memory; libc goes on with clone */
    {__NR_mount, TRAP, 0, "mount", handle_named},
    {__NR_open_tree, TRAP, 0, "open_tree", handle_named},
    {__NR_open_tree_attr, TRAP, 0, "open_tree_attr", handle_named},
    {__NR_move_mount, TRAP, 0, "move_mount", handle_named},
    {__NR_fsopen, TRAP, 0, "fsopen", handle_named},
    {__NR_fsconfig, TRAP, 0, "fsconfig", handle_named},
    {__NR_fsmount, TRAP, 0, "fsmount", handle_named},
    {__NR_fspick, TRAP, 0, "fspick", handle_named},
    {__NR_mount_setattr, TRAP, 0, "mount_setattr", handle_named},
    {__NR_umount2, TRAP, 0, "umount2", handle_named},
    {__NR_init_module, TRAP, 0, "init_module", handle_named},
    {__NR_finit_module, TRAP, 0, "finit_module", handle_named},
    {__NR_delete_module, TRAP, 0, "delete_module", handle_named},
    {__NR_kexec_load, TRAP, 0, "kexec_load", handle_named},
    {__NR_kexec_file_load, TRAP, 0, "kexec_file_load", handle_named},
    {__NR_reboot, TRAP, 0, "reboot", handle_named},
    {__NR_swapon, TRAP, 0, "swapon", handle_named},
    {__NR_swapoff, TRAP, 0, "swapoff", handle_named},
    {__NR_acct, TRAP, 0, "acct", handle_named}, /* the kernel writes a file */
    {__NR_quotactl, TRAP, 0, "quotactl", handle_named},
    {__NR_quotactl_fd, TRAP, 0, "quotactl_fd", handle_named},
    {__NR_setxattr, TRAP, 0, "setxattr", handle_named}, /* which attribute is in memory: security.capability is one */
    {__NR_lsetxattr, TRAP, 0, "setxattr", handle_named},
    {__NR_fsetxattr, TRAP, 0, "setxattr", handle_named},
    {__NR_setxattrat, TRAP, 0, "setxattr", handle_named},
    {__NR_adjtimex, TRAP, 0, "adjtimex", handle_named},
    {__NR_clock_adjtime, TRAP, 0, "adjtimex", handle_named},
    {__NR_settimeofday, TRAP, 0, "settimeofday", handle_named},
    {__NR_clock_settime, TRAP, 0, "clock_settime", handle_named},
    {__NR_syslog, TRAP, 0, "syslog", handle_named},
#ifdef __NR_iopl /* x86_64 only */
    {__NR_iopl, TRAP, 0, "iopl", handle_named},
    {__NR_ioperm, TRAP, 0, "ioperm", handle_named},
#endif
    {__NR_bpf, TRAP, 0, "bpf", handle_named},
    {__NR_perf_event_open, TRAP, 0, "perf_event_open", handle_named},
    {__NR_userfaultfd, TRAP, 0, "userfaultfd", handle_named},
    {__NR_open_by_handle_at, TRAP, 0, "open_by_handle_at", handle_named},
    {__NR_fanotify_init, TRAP, 0, "fanotify_init", handle_named},
    {__NR_keyctl, TRAP, 0, "keyctl", handle_named},
    {__NR_add_key, TRAP, 0, "add_key", handle_named},
    {__NR_request_key, TRAP, 0, "request_key", handle_named},
    {__NR_pidfd_getfd, TRAP, 0, "pidfd_getfd", handle_pidfd},
    {__NR_process_madvise, TRAP, 0, "process_madvise", handle_pidfd},
    {__NR_prctl, TRAP_SET_MM, 0, "prctl_set_mm", handle_named},
    {__NR_personality, TRAP_PERSONALITY, 0, "personality", handle_named},
    {__NR_seccomp, TRAP_LISTENER, 0, "seccomp_listener", handle_named},
    {__NR_setsockopt, TRAP_ROUTE, 0, SOURCE_ROUTE, handle_named},

    {__NR_setuid, TRAP, 0, "setuid", handle_identity},
    {__NR_setgid, TRAP, 0, "setgid", handle_identity},
    {__NR_setreuid, TRAP, 0, "setreuid", handle_identity},
    {__NR_setregid, TRAP, 0, "setregid", handle_identity},
    {__NR_setresuid, TRAP, 0, "setresuid", handle_identity},
    {__NR_setresgid, TRAP, 0, "setresgid", handle_identity},
    {__NR_setfsuid, TRAP, 0, "setfsuid", handle_identity},
    {__NR_setfsgid, TRAP, 0, "setfsgid", handle_identity},
    {__NR_setgroups, TRAP, 0, "setgroups", handle_identity},
    {__NR_capset, TRAP, 0, "capset", handle_identity},
    {__NR_umask, TRAP, 0, "umask", handle_identity},

    {__NR_kill, TRAP_EVERYBODY, 0, "kill", handle_kill},
    {__NR_pidfd_send_signal, TRAP, 0, "pidfd_send_signal", handle_pidfd_send_signal},
    {__NR_fcntl, TRAP_OWNER, 2, "fcntl", handle_setown_ex},
    {__NR_ioctl, TRAP_IOCTL, 0, "ioctl", handle_ioctl},
    {__NR_tkill, GUARD, 0, "tkill", NULL},
    {__NR_tgkill, GUARD_BOTH, 0, "tgkill", NULL},
    {__NR_rt_sigqueueinfo, GUARD, 0, "rt_sigqueueinfo", NULL},
    {__NR_rt_tgsigqueueinfo, GUARD_BOTH, 0, "rt_tgsigqueueinfo", NULL},
    {__NR_pidfd_open, GUARD, 0, "pidfd_open", NULL},
    {__NR_prlimit64, GUARD, 0, "prlimit64", NULL},
    {__NR_setpriority, GUARD_AND_USER, 1, "setpriority", NULL},
    {__NR_ioprio_set, GUARD_AND_USER, 1, "ioprio_set", NULL},
    {__NR_sched_setaffinity, GUARD, 0, "sched_setaffinity", NULL},
    {__NR_sched_setscheduler, GUARD, 0, "sched_setscheduler", NULL},
    {__NR_sched_setparam, GUARD, 0, "sched_setparam", NULL},
    {__NR_sched_setattr, GUARD, 0, "sched_setattr", NULL},
    {__NR_move_pages, GUARD, 0, "move_pages", NULL},
    {__NR_migrate_pages, GUARD, 0, "migrate_pages", NULL},
    {__NR_kcmp, GUARD_BOTH, 0, "kcmp", NULL},
};

const unsigned trap_count = sizeof traps / sizeof *traps;

const struct trap *trap_of(int number) {
  for (unsigned i = 0; i < trap_count; i++)
    if (traps[i].number == number) return &traps[i];
  return NULL;
}
