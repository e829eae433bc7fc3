/* as USER|root [without-ptrace] PROGRAM ARGUMENT...: runs a program as a container's runtime would start it. */
#include <grp.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int without(int capability) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) || syscall(SYS_capget, &header, data)) return -1;
  data[0].effective &= ~(1u << capability);
  data[0].permitted &= ~(1u << capability);
  data[0].inheritable &= ~(1u << capability);
  return (int)syscall(SYS_capset, &header, data);
}

int main(int argc, char **argv, char **environment) {
  if (argc < 3) return 2;
  char **program = argv + 2;
  if (!strcmp(*program, "without-ptrace")) {
    if (without(CAP_SYS_PTRACE)) return 3;
    program++;
  }
  if (strcmp(argv[1], "root") != 0) {
    unsigned user = (unsigned)atoi(argv[1]);
    if (setgroups(0, NULL) || setresgid(user, user, user) || setresuid(user, user, user)) return 3;
  }
  if (!*program) return 2;
  execve(*program, program, environment);
  return 127;
}
