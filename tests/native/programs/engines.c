/* engines ACT: what a tracer could spoil for a program, one act a run; a line for what it saw. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

static volatile sig_atomic_t count;
static void counted(int number) { count += number == SIGUSR1; }
static char **self;

static void say_status(const char *what, int status) {
  if (WIFEXITED(status)) printf("%s exited %d\n", what, WEXITSTATUS(status));
  else if (WIFSIGNALED(status)) printf("%s killed by %d\n", what, WTERMSIG(status));
  else if (WIFSTOPPED(status)) printf("%s stopped by %d\n", what, WSTOPSIG(status));
  else if (WIFCONTINUED(status)) printf("%s continued\n", what);
}

static int waited(pid_t child, int flags) {
  int status = 0;
  if (waitpid(child, &status, flags) != child) printf("waitpid: %s\n", strerror(errno));
  return status;
}

static void forks(void) {
  long sum = 0;
  for (int i = 0; i < 500; i++) {
    pid_t child = fork();
    if (child == 0) _exit(i % 7);
    if (i % 50 == 49)
      for (int status; wait(&status) > 0;) sum += WEXITSTATUS(status);
  }
  printf("sum %ld\n", sum);
}

static void *thread(void *name) {
  FILE *file = fopen(name, "w");
  if (!file) return "cannot write";
  fputs("x", file);
  fclose(file);
  return unlink(name) ? "cannot unlink" : "fine";
}

static void threads(void) {
  pthread_t all[16];
  static char names[16][16];
  void *came;
  for (int i = 0; i < 16; i++) {
    snprintf(names[i], sizeof names[i], "t%d", i);
    pthread_create(&all[i], NULL, thread, names[i]);
  }
  for (int i = 0; i < 16; i++) {
    pthread_join(all[i], &came);
    printf("%s\n", (char *)came);
  }
}

static void *runs(void *unused) {
  (void)unused;
  execl("/bin/sh", "sh", "-c", "echo $0 ran; exit 9", "thread's", NULL);
  return NULL;
}

static void *sleeps(void *unused) {
  (void)unused;
  for (;;) pause();
}

static void exec_of_a_thread(void) {
  pthread_t one;
  for (int i = 0; i < 4; i++) pthread_create(&one, NULL, sleeps, NULL);
  fflush(stdout);
  pthread_create(&one, NULL, runs, NULL);
  for (;;) pause();
}

static void vforks(void) {
  for (int i = 0; i < 3; i++) {
    pid_t child = vfork();
    if (child == 0) {
      execl(self[0], self[0], "exit", NULL);
      _exit(99);
    }
    say_status("vforked", waited(child, 0));
  }
}

static void stops(void) {
  int go[2]; /* else it may be stopped again before it was seen to go on */
  char byte;
  if (pipe(go)) return;
  pid_t child = fork();
  if (child == 0) {
    setpgid(0, 0); /* a group whose leader's parent is of another: only such are stopped by SIGTSTP */
    raise(SIGSTOP);
    if (read(go[0], &byte, 1) != 1) _exit(97);
    raise(SIGTSTP);
    _exit(5);
  }
  say_status("child", waited(child, WUNTRACED));
  kill(child, SIGCONT);
  say_status("child", waited(child, WCONTINUED));
  if (write(go[1], "", 1) != 1) return;
  say_status("child", waited(child, WUNTRACED));
  kill(child, SIGCONT);
  say_status("child", waited(child, 0));
}

static void dies(void) {
  const int numbers[] = {SIGKILL, SIGTERM, SIGSEGV, SIGABRT, SIGTRAP};
  for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    pid_t child = fork();
    if (child == 0) {
      signal(numbers[i], SIG_DFL);
      raise(numbers[i]);
      _exit(98);
    }
    say_status("child", waited(child, 0));
  }
}

static void signals(void) {
  struct sigaction action = {.sa_handler = counted};
  sigaction(SIGUSR1, &action, NULL);
  for (int i = 0; i < 100; i++) raise(SIGUSR1);
  printf("handled %d\n", (int)count);
  struct timespec long_time = {20, 0};
  pid_t parent = getpid(), child = fork();
  if (child == 0) {
    usleep(100000);
    kill(parent, SIGUSR1);
    _exit(0);
  }
  printf("interrupted: %s\n", nanosleep(&long_time, NULL) ? strerror(errno) : "no");
  waited(child, 0);
  siginfo_t info;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  sigprocmask(SIG_BLOCK, &set, NULL);
  sigqueue(getpid(), SIGUSR2, (union sigval){.sival_int = 4711});
  sigwaitinfo(&set, &info);
  printf("queued %d by itself: %d\n", info.si_value.sival_int, info.si_pid == getpid());
}

/* A listener of its own outranks a tracer. */
static void listener(void) {
  struct sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  struct sock_fprog program = {1, allow};
  long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
  printf("listener: %s\n", fd < 0 ? strerror(errno) : "had");
}

/* Its own filter that asks for a tracer has none, as without us. */
static void own_trace(void) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdirat, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgid, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
  printf("getpgid: %s\n", syscall(SYS_getpgid, 0) < 0 ? strerror(errno) : "there");
  printf("mkdirat: %s\n", syscall(SYS_mkdirat, -100, "made", 0755) < 0 ? strerror(errno) : "made");
}

static void quits(void) { exit(3); }

static const struct {
  const char *name;
  void (*act)(void);
} acts[] = {{"forks", forks},     {"threads", threads}, {"thread-exec", exec_of_a_thread}, {"vforks", vforks},     {"stops", stops},
            {"dies", dies},       {"signals", signals}, {"listener", listener},            {"own-trace", own_trace}, {"exit", quits}};

int main(int argc, char **argv) {
  self = argv;
  for (unsigned i = 0; argc == 2 && i < sizeof acts / sizeof *acts; i++)
    if (strcmp(acts[i].name, argv[1]) == 0) {
      acts[i].act();
      return 0;
    }
  return 2;
}
