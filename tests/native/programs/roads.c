/* roads.c: rare roads to acts, each once, as lines "name: worked" or the error.
 *   (none)      calls that are judged by name
 *   listen      a stream socket that was never bound is listened on, by IPv4 and IPv6
 *   owner PID   who gets the signals of descriptors is set to another process, and what else could hurt it
 *   self        the same to ourselves, which everybody may
 *   threads     a thread and a process are started by clone3's users */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long said(const char *what, long result) {
  printf("%s: %s\n", what, result < 0 ? strerror(errno) : "worked");
  return result;
}
#define SAY(name, ...) said(#name, syscall(__NR_##name, __VA_ARGS__))

static void by_name(void) { /* with arguments that the kernel refuses: nothing happens to this machine */
  SAY(open_tree, -1, 0L, -1);
  said("open_tree_attr", syscall(467, -1, 0L, -1, 0L, 0L));
  SAY(move_mount, -1, 0L, -1, 0L, -1);
  SAY(fsopen, 0L, -1);
  SAY(fsconfig, -1, -1, 0L, 0L, 0L);
  SAY(fsmount, -1, -1, -1);
  SAY(fspick, -1, 0L, -1);
  SAY(mount_setattr, -1, 0L, -1, 0L, 0L);
  SAY(delete_module, 0L, 0L);
  SAY(kexec_load, 0L, -1L, 0L, -1L);
  SAY(kexec_file_load, -1, -1, -1L, 0L, -1L);
  SAY(reboot, 0L, 0L, 0L, 0L);
  SAY(swapon, 0L, -1);
  SAY(swapoff, 0L);
  SAY(acct, 8L);
  SAY(quotactl, -1, 8L, 0L, 0L);
  said("quotactl_fd", syscall(443, -1, -1, 0L, 0L));
  SAY(settimeofday, 8L, 8L);
  SAY(clock_settime, -1, 8L);
  SAY(syslog, -1, 0L, 0L);
#ifdef __NR_iopl
  SAY(iopl, 77);
  SAY(ioperm, -1L, -1L, 0);
#endif
  SAY(fanotify_init, -1, -1);
  SAY(add_key, 0L, 0L, 0L, 0L, 0);
  SAY(request_key, 0L, 0L, 0L, 0);
  SAY(pidfd_getfd, -1, -1, 0);
  SAY(process_madvise, open("/dev/null", O_RDONLY), 0L, 0L, 0, 0);
  said("source_route", setsockopt(-1, IPPROTO_IP, IP_OPTIONS, NULL, 0));
  said("source_route", setsockopt(-1, IPPROTO_IPV6, IPV6_RTHDR, NULL, 0));
  said("prctl_set_mm", syscall(__NR_prctl, 35, -1L, 0L, 0L, 0L));
  SAY(personality, 0x0040000);
  said("seccomp_listener", syscall(__NR_seccomp, 1, 8, 0L));
  said("terminal_input", ioctl(-1, TIOCSTI, "x"));
  said("userfaultfd", ioctl(-1, 0xaa00, 0));
  said("socket_other", socket(AF_INET, 10 /* SOCK_PACKET */, 0));
  said("socket_other", socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP));
  SAY(clone3, 0L, 0L);
}

static void listens(void) {
  said("listen inet", listen(socket(AF_INET, SOCK_STREAM, 0), 5));
  said("listen inet6", listen(socket(AF_INET6, SOCK_STREAM, 0), 5));
  int bound = socket(AF_INET, SOCK_STREAM, 0), again = socket(AF_UNIX, SOCK_STREAM, 0);
  struct sockaddr_in any = {.sin_family = AF_INET};
  if (bind(bound, (struct sockaddr *)&any, sizeof any) == 0) said("listen bound", listen(bound, 5));
  said("listen unix", listen(again, 5));
  said("listen nothing", listen(-1, 5));
}

static volatile sig_atomic_t got;
static void on_signal(int number) { got = number; }

static void owners(int pid) {
  char path[64];
  int ends[2], signal = pid == getpid() ? SIGUSR1 : 0;
  struct f_owner_ex owner = {F_OWNER_PID, pid}, other = {F_OWNER_TID, pid}, group = {F_OWNER_PGRP, pid};
  sigaction(SIGUSR1, &(struct sigaction){.sa_handler = on_signal}, NULL);
  sigaction(SIGIO, &(struct sigaction){.sa_handler = on_signal}, NULL);
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) return;
  said("F_SETOWN", fcntl(ends[0], F_SETOWN, pid));
  said("FIOSETOWN", ioctl(ends[0], FIOSETOWN, &pid));
  said("SIOCSPGRP", ioctl(ends[0], SIOCSPGRP, &pid));
  said("F_OWNER_TID", fcntl(ends[0], F_SETOWN_EX, &other));
  said("F_OWNER_PID", fcntl(ends[0], F_SETOWN_EX, &owner));
  printf("owner is %s\n", fcntl(ends[0], F_GETOWN) == pid ? "it" : "not it");
  if (pid == getpid()) {
    fcntl(ends[0], F_SETFL, O_ASYNC);
    write(ends[1], "x", 1);
    printf("signal %s\n", got == SIGIO ? "came" : "did not come");
    got = 0;
  } else {
    said("F_OWNER_PGRP", fcntl(ends[0], F_SETOWN_EX, &group));
    int negative = -pid;
    said("FIOSETOWN group", ioctl(ends[0], FIOSETOWN, &negative));
  }
  snprintf(path, sizeof path, "/proc/%d", pid);
  int directory = open(path, O_RDONLY | O_DIRECTORY);
  said("pidfd_send_signal /proc", syscall(__NR_pidfd_send_signal, directory, signal, NULL, 0));
  said("pidfd_getfd", syscall(__NR_pidfd_getfd, directory, 0, 0));
  if (signal) printf("signal %s\n", got == signal ? "came" : "did not come");
  int pidfd = (int)said("pidfd_open", syscall(__NR_pidfd_open, pid, 0));
  if (pidfd >= 0) said("pidfd_send_signal", syscall(__NR_pidfd_send_signal, pidfd, 0, NULL, 0));
  said("pidfd_send_signal bad", syscall(__NR_pidfd_send_signal, 999, 0, NULL, 0));
  said("pidfd_send_signal file", syscall(__NR_pidfd_send_signal, open("/dev/null", O_RDONLY), 0, NULL, 0));
  said("PRIO_USER", setpriority(PRIO_USER, 0, 1));
  said("IOPRIO_WHO_USER", syscall(__NR_ioprio_set, 3, 0, 2 << 13 | 7));
  said("fcntl", fcntl(ends[0], F_GETFL));
  said("FIONREAD", ioctl(ends[0], FIONREAD, &signal));
}

static void *run(void *argument) { return argument; }

static void threads(void) {
  extern char **environ;
  char *words[] = {"true", NULL};
  pthread_t thread;
  pid_t pid;
  int status = -1;
  int wrong = pthread_create(&thread, NULL, run, NULL);
  if (!wrong) pthread_join(thread, NULL);
  printf("thread: %d\n", wrong);
  wrong = posix_spawnp(&pid, "true", NULL, NULL, words, environ);
  if (!wrong) waitpid(pid, &status, 0);
  printf("spawn: %d %d\n", wrong, status);
  printf("system: %d\n", system("true"));
}

int main(int argc, char **argv) {
  if (argc < 2) by_name();
  else if (!strcmp(argv[1], "listen")) listens();
  else if (!strcmp(argv[1], "owner") && argc > 2) owners(atoi(argv[2]));
  else if (!strcmp(argv[1], "self")) owners(getpid());
  else if (!strcmp(argv[1], "threads")) threads();
  else return 2;
  return 0;
}
