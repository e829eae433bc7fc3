/* execs.c: starting programs, in every way that there is and that fails. */
#include "case.h"
#include <pthread.h>
#include <spawn.h>
#include <sys/mman.h>

static char self_path[4096];

/* What a started program sees. */
static int shown(int argc, char **argv, char **environment) {
  int variables = 0, at = 0;
  char line[4096];
  while (environment[variables]) variables++;
  at += sprintf(line + at, "  runs: ");
  for (int i = 0; i < argc && i < 8; i++) at += sprintf(line + at, "[%.80s]", argv[i]);
  at += sprintf(line + at, " %d variables, descriptors", variables);
  for (int i = 0; i < 256; i++)
    if (fcntl(i, F_GETFD) >= 0) at += sprintf(line + at, " %d", i);
  sigset_t blocked;
  sigprocmask(SIG_BLOCK, NULL, &blocked);
  at += sprintf(line + at, " blocked %d ignored %d user %d\n", sigismember(&blocked, SIGUSR2), signal(SIGUSR1, SIG_DFL) == SIG_IGN, geteuid());
  write(1, line, (size_t)at);
  return 7;
}

static char *const arguments[] = {"zero", "--show", "one", "two words", "", NULL};
static char *const variables[] = {"A=1", "B=2", NULL};

static void copy(const char *to, int mode) {
  int from = open(self_path, O_RDONLY), out = open(to, O_CREAT | O_WRONLY, 0600);
  char piece[65536];
  long got;
  while ((got = read(from, piece, sizeof piece)) > 0) write(out, piece, (size_t)got);
  fchmod(out, (mode_t)mode);
  close(out);
  close(from);
}

/* In a child, so that the case goes on. */
static void try(const char *label, const char *path) {
  int status, pid = fork();
  if (pid == 0) {
    execve(path, arguments, variables);
    say(label, -1);
    _exit(1);
  }
  waitpid(pid, &status, 0);
  sayf(label, "status %x", status);
}

static void files(void) {
  CASE("execve") {
    copy("program", 0755);
    copy("unexecutable", 0644);
    copy("unreadable", 0111);
    put("text", "no program\n", 0755);
    put("empty", "", 0755);
    put("nul", "#!\n", 0755);
    mkdir("dir", 0755);
    symlink("program", "link");
    symlink("loop", "loop");
    symlink("missing", "dangling");
    mkfifo("fifo", 0755);
    static const char *const tried[] = {"program", "./program", "link", "unexecutable", "unreadable", "text", "empty", "nul", "dir", "dir/", "program/", "loop",
                                        "dangling", "missing", "fifo", "program/x", "", ".", "/proc/self/exe", "/dev/null"};
    for (unsigned i = 0; i < sizeof tried / sizeof *tried; i++) try(tried[i], tried[i]);
    say("null", syscall(SYS_execve, NULL, arguments, variables));
    say("bad pointer", syscall(SYS_execve, 1, arguments, variables));
    say("bad arguments", syscall(SYS_execve, "program", 1, variables));
    char long_name[5000];
    memset(long_name, 'x', sizeof long_name);
    long_name[4999] = 0;
    try("too long", long_name);
    static char *many[100000];
    static char large[100000];
    memset(large, 'y', sizeof large - 1);
    for (int i = 0; i < 99999; i++) many[i] = large;
    say("too many arguments", execve("program", many, variables));
    if (fork() == 0) {
      syscall(SYS_execve, "program", NULL, NULL);
      say("no arguments", -1);
    }
    wait(NULL);
  }
  CASE("execve as another user") {
    copy("program", 0755);
    copy("unreadable", 0711);
    copy("private", 0700);
    mkdir("closed", 0700);
    copy("closed/program", 0755);
    copy("setuid", 04755);
    put("script", "#!/bin/sh\necho script runs\n", 0755);
    put("unreadable script", "#!/bin/sh\necho script runs\n", 0711);
    become(1000, 1000);
    try("program", "./program");
    try("unreadable", "./unreadable");
    try("private", "./private");
    try("closed", "closed/program");
    try("script", "./script");
    try("unreadable script", "./unreadable script");
  }
  CASE("busy") {
    copy("program", 0755);
    int fd = open("program", O_WRONLY);
    try("open for writing", "./program");
    close(fd);
    try("closed again", "./program");
  }
}

static void scripts(void) {
  CASE("scripts") {
    char text[5000];
    copy("program", 0755);
    symlink(".", "here");
    snprintf(text, sizeof text, "#!program --show\n");
    put("script", text, 0755);
    put("spaces", "#!  \t program   --show  a b \nrest\n", 0755);
    put("of script", "#!script\n", 0755);
    put("of script of script", "#!of script\n", 0755);
    for (int i = 1; i < 8; i++) {
      char name[8];
      snprintf(name, sizeof name, "s%d", i);
      snprintf(text, sizeof text, i == 1 ? "#!program --show\n" : "#!s%d\n", i - 1);
      put(name, text, 0755);
    }
    put("missing", "#!/no/such/program\n", 0755);
    put("directory", "#!/\n", 0755);
    put("unexecutable", "#!/etc/passwd\n", 0755);
    put("returns", "#!program\r\n", 0755);
    put("no newline", "#!program", 0755);
    put("no execute", "#!program --show\n", 0644);
    memset(text, 0, sizeof text);
    strcpy(text, "#!./");
    while (strlen(text) < 300) strcat(text, "here/");
    strcat(text, "program\n");
    put("long", text, 0755);
    static const char *const tried[] = {"./script", "./spaces", "./of script", "./of script of script", "./s3", "./s4", "./s5", "./s6", "./s7",
                                        "./missing", "./directory", "./unexecutable", "./returns", "./no newline", "./no execute", "./long"};
    for (unsigned i = 0; i < sizeof tried / sizeof *tried; i++) try(tried[i], tried[i]);
    put("shell", "#!/bin/sh -e\necho \"$0 $1 $#\"\n", 0755);
    try("shell", "./shell");
  }
}

static void at(const char *label, int fd, const char *path, int flags) {
  int status, pid = fork();
  if (pid == 0) {
    syscall(SYS_execveat, fd, path, arguments, variables, flags);
    say(label, -1);
    _exit(1);
  }
  waitpid(pid, &status, 0);
  sayf(label, "status %x", status);
}

static void descriptors(void) {
  CASE("execveat") {
    copy("program", 0755);
    mkdir("dir", 0755);
    copy("dir/program", 0755);
    put("script", "#!/bin/sh\necho \"$0\"\n", 0755);
    symlink("program", "link");
    int p = open("program", O_PATH), r = open("program", O_RDONLY | O_CLOEXEC), d = open("dir", O_PATH | O_CLOEXEC), s = open("script", O_RDONLY),
        c = open("script", O_RDONLY | O_CLOEXEC);
    at("path", p, "", AT_EMPTY_PATH);
    at("read-only", r, "", AT_EMPTY_PATH);
    at("without the flag", r, "", 0);
    at("below", d, "program", 0);
    at("up", d, "../program", 0);
    at("script", s, "", AT_EMPTY_PATH);
    at("script, closed on exec", c, "", AT_EMPTY_PATH);
    at("script below", AT_FDCWD, "script", 0);
    at("no follow", AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW);
    at("no follow, no link", AT_FDCWD, "program", AT_SYMLINK_NOFOLLOW);
    at("bad descriptor", 77, "program", 0);
    at("bad descriptor, empty", 77, "", AT_EMPTY_PATH);
    at("a directory", d, "", AT_EMPTY_PATH);
    at("unknown flag", AT_FDCWD, "program", 0x1);
    at("file as directory", p, "x", 0);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", p);
    try("by /proc", path);
    snprintf(path, sizeof path, "/dev/fd/%d", r);
    try("by /dev/fd", path);
    unlink("program");
    at("deleted", r, "", AT_EMPTY_PATH);
    try("deleted by /dev/fd", path);
  }
  CASE("from memory") {
    int m = (int)syscall(SYS_memfd_create, "m", 0), from = open(self_path, O_RDONLY);
    char piece[65536];
    long got;
    while ((got = read(from, piece, sizeof piece)) > 0) write(m, piece, (size_t)got);
    close(from);
    at("memfd", m, "", AT_EMPTY_PATH);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", m);
    try("memfd by /proc", path);
  }
  CASE("descriptors and signals kept") {
    copy("program", 0755);
    fcntl(open("program", O_RDONLY | O_CLOEXEC), F_DUPFD, 40);
    fcntl(open("program", O_RDONLY), F_DUPFD_CLOEXEC, 50);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGUSR1, SIG_IGN);
    execve("program", arguments, variables);
  }
}

static void *from_thread(void *path) {
  execve(path, arguments, variables);
  say("thread", -1);
  return NULL;
}

static void *waits(void *nothing) {
  pause();
  return nothing;
}

static void ways(void) {
  CASE("vfork") {
    copy("program", 0755);
    int status, pid = vfork();
    if (pid == 0) {
      execve("program", arguments, variables);
      _exit(1);
    }
    say("wait", waitpid(pid, &status, 0) == pid ? 0 : -1);
    sayf("status", "%x", status);
    pid = vfork();
    if (pid == 0) {
      execve("missing", arguments, variables);
      _exit(errno);
    }
    waitpid(pid, &status, 0);
    sayf("missing", "%x", status);
  }
  CASE("posix_spawn") {
    int status = 0, pid = 0;
    mkdir("bin", 0755);
    mkdir("other", 0755);
    copy("bin/tool", 0755);
    put("other/tool", "", 0644);
    setenv("PATH", "/nowhere:other:/etc/passwd:bin", 1);
    sayf("found", "%s", strerror(posix_spawnp(&pid, "tool", NULL, NULL, arguments, variables)));
    waitpid(pid, &status, 0);
    sayf("status", "%x", status);
    sayf("missing", "%s", strerror(posix_spawnp(&pid, "no such tool", NULL, NULL, arguments, variables)));
    setenv("PATH", "other", 1);
    sayf("not executable", "%s", strerror(posix_spawnp(&pid, "tool", NULL, NULL, arguments, variables)));
  }
  CASE("from a thread") {
    copy("program", 0755);
    pthread_t id;
    for (int i = 0; i < 3; i++) pthread_create(&id, NULL, waits, NULL);
    pthread_create(&id, NULL, from_thread, "./program");
    pause();
  }
  CASE("from a thread, missing") {
    pthread_t id;
    pthread_create(&id, NULL, from_thread, "./program");
    pthread_join(id, NULL);
  }
  CASE("a signal on its way") {
    copy("program", 0755);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    kill(getpid(), SIGUSR2);
    execve("program", arguments, variables);
  }
  CASE("many at once") {
    copy("program", 0755);
    int failed = 0, status;
    for (int i = 0; i < 16; i++)
      if (fork() == 0) {
        dup2(open("/dev/null", O_WRONLY), 1);
        execve("program", arguments, variables);
        _exit(1);
      }
    while (wait(&status) > 0) failed += status != 7 << 8;
    say("failed", failed);
  }
  CASE("under a debugger's eyes") { /* wait() sees what it should, and nothing else */
    copy("program", 0755);
    int status, pid = fork();
    if (pid == 0) {
      raise(SIGSTOP);
      usleep(50000);
      execve("program", arguments, variables);
    }
    say("stopped", waitpid(pid, &status, WUNTRACED) == pid ? status : -1);
    kill(pid, SIGCONT);
    say("continued", waitpid(pid, &status, WCONTINUED) == pid ? status : -1);
    say("ended", waitpid(pid, &status, WUNTRACED | WCONTINUED) == pid ? status : -1);
    say("nobody else", waitpid(-1, &status, 0));
    say("nobody else, cloned", waitpid(-1, &status, 0x40000000));
  }
  CASE("clone") {
    int status;
    long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) _exit(3);
    waitpid((int)pid, &status, 0);
    sayf("plain", "%x", status);
  }
}

int main(int argc, char **argv, char **environment) {
  if (argc != 1 || !*argv[0]) return shown(argc, argv, environment);
  long length = readlink("/proc/self/exe", self_path, sizeof self_path - 1);
  self_path[length > 0 ? length : 0] = 0;
  umask(022);
  files();
  scripts();
  descriptors();
  ways();
  return 0;
}
