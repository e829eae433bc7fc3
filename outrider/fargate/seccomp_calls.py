"""System calls that containerd's default profile allows, grouped by what they are for.

The profile is an allow-list; these are its facts, not its text. Source: contrib/seccomp/seccomp_default.go of
https://github.com/containerd/containerd, newest patch release of each line (1.6 and 1.7 took over what came
with kernel 6.7). A name that a kernel, an architecture or libseccomp does not know does no harm in the list.
"""

_FILES = """
access chdir chmod chown chown32 close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2
fadvise64 fadvise64_64 fallocate fanotify_mark fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat
fcntl fcntl64 fdatasync fgetxattr flistxattr flock fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs
fstatfs64 fsync ftruncate ftruncate64 futimesat getcwd getdents getdents64 getxattr inotify_add_watch
inotify_init inotify_init1 inotify_rm_watch ioctl lchown lchown32 lgetxattr link linkat listxattr llistxattr
_llseek lremovexattr lseek lsetxattr lstat lstat64 mkdir mkdirat mknod mknodat name_to_handle_at newfstatat
open openat openat2 pipe pipe2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink
readlinkat readv removexattr rename renameat renameat2 rmdir sendfile sendfile64 setxattr splice stat stat64
statfs statfs64 statx symlink symlinkat sync sync_file_range syncfs tee truncate truncate64 umask unlink
unlinkat utime utimensat utimensat_time64 utimes vmsplice write writev
"""

_WAITING = """
epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old
eventfd eventfd2 futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake get_robust_list
io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit _newselect poll
ppoll ppoll_time64 pselect6 pselect6_time64 select set_robust_list
"""

_PROCESSES = """
capget capset execve execveat exit exit_group fork getcpu getegid getegid32 geteuid geteuid32 getgid
getgid32 getgroups getgroups32 getpgid getpgrp getpid getppid getpriority getresgid getresgid32 getresuid
getresuid32 getrlimit getrusage getsid gettid get_thread_area getuid getuid32 ioprio_get ioprio_set
pidfd_open pidfd_send_signal prctl prlimit64 process_mrelease restart_syscall rseq sched_getaffinity
sched_getattr sched_getparam sched_get_priority_max sched_get_priority_min sched_getscheduler
sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam
sched_setscheduler sched_yield setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32
setpgid setpriority setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid setreuid32
setrlimit setsid set_thread_area set_tid_address setuid setuid32 ugetrlimit vfork wait4 waitid waitpid
"""

_CONFINING = "landlock_add_rule landlock_create_ruleset landlock_restrict_self seccomp"

_MEMORY = """
brk cachestat madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mlock mlock2 mlockall
mmap mmap2 mprotect mremap msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect
remap_file_pages
"""

_SIGNALS = """
kill pause rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend
rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sigaltstack signalfd signalfd4 sigprocmask
sigreturn tgkill tkill
"""

_TIME = """
adjtimex alarm clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64
clock_nanosleep clock_nanosleep_time64 getitimer gettimeofday nanosleep setitimer time timer_create
timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd_create
timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 times
"""

_NETWORK = """
accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg recvmmsg_time64
recvmsg send sendmmsg sendmsg sendto setsockopt shutdown socketcall socketpair
"""

_MESSAGES = """
ipc mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64
mq_unlink msgctl msgget msgrcv msgsnd semctl semget semop semtimedop semtimedop_time64 shmat shmctl shmdt
shmget
"""

_SYSTEM = "getrandom sysinfo uname"

EVERYWHERE = frozenset(
    " ".join(
        (_FILES, _WAITING, _PROCESSES, _CONFINING, _MEMORY, _SIGNALS, _TIME, _NETWORK, _MESSAGES, _SYSTEM)
    ).split()
)
"""Allowed by every version, whatever the arguments."""

IO_URING = frozenset({"io_uring_enter", "io_uring_register", "io_uring_setup"})
"""Allowed up to 1.7."""

_KERNEL_6_8_TO_6_13 = """
getxattrat listmount listxattrat lsm_get_self_attr lsm_list_modules lsm_set_self_attr mseal removexattrat
setxattrat statmount uretprobe
"""

SINCE_2 = frozenset(_KERNEL_6_8_TO_6_13.split())
"""Calls of kernels 6.8 to 6.13."""

TRACING = frozenset({"process_vm_readv", "process_vm_writev", "ptrace"})
"""Allowed with SYS_PTRACE, from 1.7 on without it too (on kernels from 4.8)."""

WITH_SYS_PTRACE = frozenset({"kcmp", "pidfd_getfd", "process_madvise"})
"""Allowed with SYS_PTRACE only, in every version."""

WITH_SYS_CHROOT = frozenset({"chroot"})
"""Allowed with SYS_CHROOT, which Fargate gives by default."""

X86 = frozenset({"arch_prctl", "modify_ldt"})
"""Of x86_64 only."""

ARM = frozenset(
    {"arm_fadvise64_64", "arm_sync_file_range", "breakpoint", "cacheflush", "set_tls", "sync_file_range2"}
)
"""Of aarch64 only."""
