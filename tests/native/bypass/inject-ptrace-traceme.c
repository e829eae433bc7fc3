/* trick: a child lets itself be traced; its system call is made another one
 * act: exec
 * attack: T1055.008
 * expect: stopped
 */
#include "bypass.h"

#include <sys/ptrace.h>
#include <sys/user.h>

#ifdef __x86_64__
static void make_it_execve(pid_t child) {
  struct user_regs_struct registers;
  must(ptrace(PTRACE_GETREGS, child, NULL, &registers), "registers");
  registers.orig_rax = SYS_execve;
  must(ptrace(PTRACE_SETREGS, child, NULL, &registers), "registers");
}
#else
static void make_it_execve(pid_t child) {
  int number = SYS_execve;
  struct iovec v = {&number, sizeof number};
  must(ptrace(PTRACE_SETREGSET, child, (void *)0x404L /* NT_ARM_SYSTEM_CALL */, &v), "registers");
}
#endif

int main(void) {
  pid_t child = fork();
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL)) _exit(errno);
    raise(SIGTRAP);
    syscall(SYS_getrandom, "/mnt/w/evil", no_arguments, environ); /* that becomes execve */
    _exit(0);
  }
  int status = status_of(child);
  if (!WIFSTOPPED(status)) refused(WEXITSTATUS(status));
  must(ptrace(PTRACE_SYSCALL, child, NULL, NULL), "to the call");
  status_of(child);
  make_it_execve(child);
  ptrace(PTRACE_DETACH, child, NULL, NULL);
  ended_with(child);
}
