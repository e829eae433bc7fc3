/* confined 1.6|1.7 PROGRAM ...: what containerd's profile of that version takes from a container without SYS_PTRACE (the
 * capability too), and nothing else; then the program. 2.x differs from 1.7 in nothing that the supervisor uses. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CAP_SYS_PTRACE 19

int main(int argc, char **argv) {
  static const int always[] = {SYS_pidfd_getfd, SYS_kcmp, SYS_process_madvise};
  static const int old[] = {SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev};
  struct sock_filter code[32] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
  unsigned short length = 1;
  if (argc < 3) return 2;
  for (unsigned i = 0; i < 6; i++) {
    if (i >= 3 && strcmp(argv[1], "1.6") != 0) break;
    code[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(i < 3 ? always[i] : old[i - 3]), 0, 1);
    code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
  }
  code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {length, code};
  if (geteuid() == 0 && prctl(PR_CAPBSET_DROP, CAP_SYS_PTRACE, 0, 0, 0)) return 3;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return 3;
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) return 3;
  execvp(argv[2], argv + 2);
  return 4;
}
