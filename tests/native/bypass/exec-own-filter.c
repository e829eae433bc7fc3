/* trick: a filter of the caller's own that allows execve
 * act: exec
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

#include <linux/filter.h>
#include <linux/seccomp.h>

static void act(void) {
  execve("/mnt/w/evil", no_arguments, environ);
}

int main(void) {
  struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  struct sock_fprog program = {1, code};
  must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl");
  must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "seccomp");
  by_child(act);
}
