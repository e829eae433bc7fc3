/* ptraced -- PROGRAM [ARG...]: the other way to supervise without privileges, for comparison. The calls that matter
 * stop their caller for a tracer (SECCOMP_RET_TRACE), which reads the argument in question out of its memory and lets
 * it go on. It decides and reports nothing, so it is the least a supervisor by ptrace can cost. */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "traced.h"

#define WRITABLE (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define TRACE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE)
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define IF_CALL(number, else_) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, (else_))
#define TRAP(number) IF_CALL(number, 1), TRACE
#define TRAP_IF(number, field, bits) \
  IF_CALL(number, 4), LOAD(field), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), 0, 1), TRACE, ALLOW

static const struct sock_filter code[] = {
    LOAD(nr),
    TRAP(SYS_execve),
    TRAP(SYS_execveat),
    TRAP(SYS_connect),
    TRAP(SYS_bind),
    TRAP(SYS_sendmsg),
    TRAP(SYS_unlinkat),
    TRAP(SYS_mkdirat),
    TRAP(SYS_renameat2),
    TRAP_IF(SYS_openat, args[2], WRITABLE),
    TRAP_IF(SYS_sendto, args[4], 0xffffffffu),
#ifdef SYS_open
    TRAP_IF(SYS_open, args[1], WRITABLE),
    TRAP(SYS_unlink),
    TRAP(SYS_mkdir),
    TRAP(SYS_rename),
#endif
    ALLOW,
};

static _Noreturn void become(char **command) {
  struct sock_fprog program = {sizeof code / sizeof *code, (struct sock_filter *)code};
  raise(SIGSTOP); /* until we are traced */
  must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl");
  must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "seccomp");
  execvp(command[0], command);
  perror(command[0]);
  _exit(127);
}

/* Which argument holds the pointer that a policy would ask about. */
static int pointer_of(uint64_t call) {
  switch (call) {
    case SYS_connect:
    case SYS_bind:
    case SYS_sendmsg:
    case SYS_openat:
    case SYS_unlinkat:
    case SYS_mkdirat:
    case SYS_renameat2:
    case SYS_execveat: return 1;
    case SYS_sendto: return 4;
    default: return 0;
  }
}

static void look(pid_t pid) {
  struct ptrace_syscall_info info;
  char argument[256];
  if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0) return;
  struct iovec here = {argument, sizeof argument};
  struct iovec there = {(void *)(uintptr_t)info.seccomp.args[pointer_of(info.seccomp.nr)], sizeof argument};
  process_vm_readv(pid, &here, 1, &there, 1, 0);
}

static void go_on(pid_t pid, int status) {
  int event = status >> 16;
  if (event == PTRACE_EVENT_SECCOMP) look(pid);
  ptrace(PTRACE_CONT, pid, 0, event ? 0 : WSTOPSIG(status));
}

int main(int argc, char **argv) {
  if (argc < 3 || strcmp(argv[1], "--") != 0) return 2;
  pid_t application = (pid_t)must(fork(), "fork");
  if (application == 0) become(argv + 2);
  return trace(application, EVERYTHING, go_on);
}
