/* trick: a filter of the application hands calls to a tracer instead
 * act: exec
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ptrace.h>

int main(void) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {4, code};
  pid_t child = fork();
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL)) _exit(errno);
    raise(SIGTRAP);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
    execve("/mnt/w/evil", no_arguments, environ);
    _exit(errno);
  }
  int status = status_of(child);
  if (!WIFSTOPPED(status)) refused(WEXITSTATUS(status));
  ptrace(PTRACE_SETOPTIONS, child, NULL, 0x80 /* PTRACE_O_TRACESECCOMP */);
  for (int i = 0; i < 10 && WIFSTOPPED(status); i++) {
    ptrace(PTRACE_CONT, child, NULL, NULL);
    status = status_of(child);
  }
  if (evil_ran()) succeeded();
  refused(WEXITSTATUS(status));
}
