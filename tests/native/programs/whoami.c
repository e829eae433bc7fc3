/* whoami.c: what a program can find out about itself and its surroundings, as lines "name value". Then, by argument:
 *   (none)        exits with 0
 *   exit N        exits with N
 *   signal N      ends by that signal
 *   attack PID    tries everything that would hurt another process, PID, and says what it was answered */
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static void file(const char *path) {
  char text[8192];
  FILE *f = fopen(path, "r");
  while (f && fgets(text, sizeof text, f)) {
    static const char *const kept[] = {"Uid", "Gid", "Groups", "SigQ", "SigBlk", "SigIgn", "SigCgt", "Cap", "Umask", "Threads", "TracerPid"};
    for (unsigned i = 0; i < sizeof kept / sizeof *kept; i++)
      if (!strncmp(text, kept[i], strlen(kept[i])) && strncmp(text, "SigQ", 4)) printf("%s", text);
  }
  if (f) fclose(f);
}

static void descriptors(void) {
  char path[64], target[4096];
  for (int fd = 0; fd < 1024; fd++) {
    struct stat info;
    if (fstat(fd, &info)) continue;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    long length = readlink(path, target, sizeof target - 1);
    target[length > 0 ? length : 0] = 0;
    printf("fd %d %o %s cloexec %d\n", fd, info.st_mode & S_IFMT, S_ISREG(info.st_mode) ? target : "", fcntl(fd, F_GETFD));
  }
}

static void limits(void) {
  for (int i = 0; i < RLIM_NLIMITS; i++) {
    struct rlimit limit;
    if (!getrlimit(i, &limit)) printf("limit %d %llu %llu\n", i, (unsigned long long)limit.rlim_cur, (unsigned long long)limit.rlim_max);
  }
}

static void said(const char *what, long result) { printf("%s: %s\n", what, result < 0 ? strerror(errno) : "worked"); }

static void attack(int pid) {
  char path[64], word[8];
  struct iovec here = {word, 8}, there = {attack, 8};
  struct rlimit limit = {0, 0};
  unsigned long mask[16] = {1};
  struct sched_param priority = {0};
  said("kill", kill(pid, SIGKILL));
  said("kill group", kill(-pid, SIGKILL));
  said("killpg", syscall(SYS_kill, -pid, SIGTERM));
  said("tkill", syscall(SYS_tkill, pid, SIGKILL));
  said("tgkill", syscall(SYS_tgkill, pid, pid, SIGKILL));
  said("sigqueue", syscall(SYS_rt_sigqueueinfo, pid, SIGKILL, &(siginfo_t){.si_code = -1}));
  said("ptrace attach", ptrace(PTRACE_ATTACH, pid, 0, 0));
  said("ptrace seize", ptrace(PTRACE_SEIZE, pid, 0, 0));
  said("readv", process_vm_readv(pid, &here, 1, &there, 1, 0));
  said("writev", process_vm_writev(pid, &here, 1, &there, 1, 0));
  said("pidfd_open", syscall(SYS_pidfd_open, pid, 0));
  said("prlimit", syscall(SYS_prlimit64, pid, RLIMIT_NOFILE, &limit, NULL));
  said("setpriority", setpriority(PRIO_PROCESS, (id_t)pid, 19));
  said("setaffinity", sched_setaffinity(pid, sizeof mask, (cpu_set_t *)mask));
  said("setscheduler", syscall(SYS_sched_setscheduler, pid, SCHED_IDLE, &priority));
  said("kcmp", syscall(SYS_kcmp, getpid(), pid, KCMP_FILES, 0, 0));
  static const struct { const char *name; int flags; } files[] = {{"mem", O_RDWR}, {"mem", O_RDONLY}, {"environ", O_RDONLY}, {"maps", O_RDONLY}, {"oom_score_adj", O_WRONLY}, {"comm", O_WRONLY}, {"syscall", O_RDONLY}};
  for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
    snprintf(path, sizeof path, "/proc/%d/%s", pid, files[i].name);
    int fd = open(path, files[i].flags);
    char label[96];
    snprintf(label, sizeof label, "%s %s", files[i].flags ? "write" : "read", files[i].name);
    if (fd >= 0 && !files[i].flags) {
      said(label, read(fd, word, 8) > 0 ? 0 : -1);
    } else {
      said(label, fd);
    }
  }
  snprintf(path, sizeof path, "/proc/%d", pid);
  int directory = open(path, O_RDONLY | O_DIRECTORY);
  said("pidfd_send_signal", syscall(SYS_pidfd_send_signal, directory, SIGKILL, NULL, 0));
  snprintf(path, sizeof path, "/proc/%d/fd/3", pid);
  said("look at a descriptor", readlink(path, word, sizeof word));
}

int main(int argc, char **argv, char **environment) {
  char text[4096];
  int status;
  setvbuf(stdout, NULL, _IOFBF, 65536);
  if (argc == 3 && !strcmp(argv[1], "attack")) {
    attack(atoi(argv[2]));
    return 0;
  }
  printf("pid %d\n", getpid());
  printf("parent %d\n", getppid());
  printf("session %d group %d\n", getsid(0), getpgrp());
  printf("cwd %s\n", getcwd(text, sizeof text));
  for (int i = 0; i < argc; i++) printf("argument %s\n", argv[i]);
  for (char **e = environment; *e; e++) printf("variable %s\n", *e);
  long length = readlink("/proc/self/exe", text, sizeof text - 1);
  text[length > 0 ? length : 0] = 0;
  printf("exe %s\n", text);
  printf("children %s\n", waitpid(-1, &status, WNOHANG) < 0 ? strerror(errno) : "some");
  printf("pdeathsig %d\n", (prctl(PR_GET_PDEATHSIG, &status), status));
  printf("dumpable %d\n", prctl(PR_GET_DUMPABLE));
  file("/proc/self/status");
  descriptors();
  limits();
  fflush(stdout);
  if (argc == 3 && !strcmp(argv[1], "exit")) return atoi(argv[2]);
  if (argc == 3 && !strcmp(argv[1], "signal")) {
    signal(atoi(argv[2]), SIG_DFL);
    raise(atoi(argv[2]));
  }
  return 0;
}
