/* ptraced_lists LIST -- PROGRAM [ARG...]: as ptraced.c, at the calls that two products stop at, and as they do: once
 * before the call (SECCOMP_RET_TRACE), once after it (PTRACE_SYSCALL). LIST is `datadog` (cws-instrumentation) or
 * `sysdig` (pdig: what changes the state it keeps of a process). It reads the registers and one argument, and decides and
 * reports nothing: the least that such a product can cost. */
#include <linux/filter.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "traced.h"

static const int datadog[] = {
#ifdef SYS_open
    SYS_open, SYS_creat, SYS_dup2, SYS_unlink, SYS_rmdir, SYS_rename, SYS_mkdir, SYS_utime, SYS_utimes, SYS_futimesat,
    SYS_link, SYS_symlink, SYS_chmod, SYS_chown, SYS_lchown, SYS_accept,
#endif
    SYS_openat, SYS_openat2, SYS_memfd_create, SYS_fcntl, SYS_dup, SYS_dup3, SYS_close, SYS_unlinkat, SYS_renameat2,
    SYS_mkdirat, SYS_utimensat, SYS_linkat, SYS_symlinkat, SYS_fchmod, SYS_fchmodat, SYS_fchown, SYS_fchownat, SYS_mount,
    SYS_umount2, SYS_execve, SYS_execveat, SYS_chdir, SYS_fchdir, SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid,
    SYS_setresuid, SYS_setresgid, SYS_setfsuid, SYS_setfsgid, SYS_capset, SYS_init_module, SYS_finit_module,
    SYS_delete_module, SYS_setrlimit, SYS_prlimit64, SYS_accept4, SYS_bind, SYS_connect, SYS_socket,
};

static const int sysdig[] = {
#ifdef SYS_open
    SYS_open, SYS_creat, SYS_dup2, SYS_pipe, SYS_accept, SYS_eventfd, SYS_signalfd, SYS_inotify_init, SYS_epoll_create,
    SYS_fork, SYS_vfork,
#endif
    SYS_openat, SYS_openat2, SYS_close, SYS_dup, SYS_dup3, SYS_pipe2, SYS_fcntl, SYS_socket, SYS_socketpair, SYS_bind,
    SYS_connect, SYS_accept4, SYS_sendto, SYS_sendmsg, SYS_recvfrom, SYS_recvmsg, SYS_shutdown, SYS_eventfd2,
    SYS_signalfd4, SYS_timerfd_create, SYS_inotify_init1, SYS_epoll_create1, SYS_clone, SYS_clone3, SYS_execve,
    SYS_execveat, SYS_chdir, SYS_fchdir, SYS_chroot, SYS_setrlimit, SYS_prlimit64, SYS_setuid, SYS_setgid, SYS_setresuid,
    SYS_setresgid, SYS_setsid, SYS_setpgid,
};

static void install(const int *calls, size_t count) {
  struct sock_filter code[160];
  size_t length = 0;
  code[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (size_t i = 0; i < count; i++)
    code[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i], (uint8_t)(count - i), 0);
  code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
  struct sock_fprog program = {(unsigned short)length, code};
  must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl");
  must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "seccomp");
}

static _Noreturn void become(const char *list, char **command) {
  raise(SIGSTOP); /* until we are traced */
  if (strcmp(list, "datadog") == 0) install(datadog, sizeof datadog / sizeof *datadog);
  else install(sysdig, sizeof sysdig / sizeof *sysdig);
  execvp(command[0], command);
  perror(command[0]);
  _exit(127);
}

/* The arguments before the call, its result after it. */
static void look(pid_t pid, bool before) {
  struct ptrace_syscall_info info;
  char argument[256];
  if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0 || !before) return;
  for (int i = 0; i < 2; i++) { /* the path is the first argument, or the second */
    struct iovec here = {argument, sizeof argument}, there = {(void *)(uintptr_t)info.seccomp.args[i], sizeof argument};
    if (process_vm_readv(pid, &here, 1, &there, 1, 0) > 0) return;
  }
}

static void go_on(pid_t pid, int status) {
  int event = status >> 16;
  bool before = event == PTRACE_EVENT_SECCOMP, after = WSTOPSIG(status) == (SIGTRAP | 0x80);
  if (before || after) look(pid, before);
  /* Events in the middle of a call (fork, exec) leave its end to come. */
  ptrace(event && event != PTRACE_EVENT_STOP ? PTRACE_SYSCALL : PTRACE_CONT, pid, 0, event || after ? 0 : WSTOPSIG(status));
}

int main(int argc, char **argv) {
  if (argc < 4 || strcmp(argv[2], "--") != 0 || (strcmp(argv[1], "datadog") != 0 && strcmp(argv[1], "sysdig") != 0)) return 2;
  pid_t application = (pid_t)must(fork(), "fork");
  if (application == 0) become(argv[1], argv + 3);
  return trace(application, EVERYTHING | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD, go_on);
}
