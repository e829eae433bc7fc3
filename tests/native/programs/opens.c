/* opens.c: every way to open a file for writing. */
#include "case.h"
#include <linux/openat2.h>

static int openat2_(int dirfd, const char *path, struct open_how *how, size_t size) {
  return (int)syscall(SYS_openat2, dirfd, path, how, size);
}

static void flags(void) {
  static const struct { const char *name; int flags; } tried[] = {
      {"rdonly", O_RDONLY}, {"wronly", O_WRONLY}, {"rdwr", O_RDWR}, {"accmode 3", 3}, {"creat", O_CREAT | O_WRONLY},
      {"creat rdonly", O_CREAT | O_RDONLY}, {"excl", O_CREAT | O_EXCL | O_RDWR}, {"excl alone", O_EXCL | O_WRONLY},
      {"trunc rdonly", O_TRUNC | O_RDONLY}, {"trunc", O_TRUNC | O_WRONLY}, {"creat trunc", O_CREAT | O_TRUNC | O_RDWR},
      {"append", O_WRONLY | O_APPEND}, {"nofollow", O_WRONLY | O_NOFOLLOW}, {"creat nofollow", O_CREAT | O_NOFOLLOW | O_WRONLY},
      {"directory", O_RDONLY | O_DIRECTORY}, {"directory wronly", O_WRONLY | O_DIRECTORY}, {"directory creat", O_CREAT | O_DIRECTORY | O_RDWR},
      {"directory trunc", O_TRUNC | O_DIRECTORY}, {"path wronly", O_PATH | O_WRONLY}, {"path creat", O_PATH | O_CREAT | O_RDWR},
      {"cloexec", O_WRONLY | O_CLOEXEC}, {"nonblock", O_WRONLY | O_NONBLOCK}, {"sync", O_RDWR | O_SYNC | O_DSYNC},
      {"noatime", O_RDWR | O_NOATIME}, {"tmpfile", O_TMPFILE | O_RDWR}, {"tmpfile excl", O_TMPFILE | O_EXCL | O_WRONLY},
      {"tmpfile rdonly", O_TMPFILE | O_RDONLY}, {"tmpfile creat", O_TMPFILE | O_CREAT | O_RDWR}, {"noctty", O_RDWR | O_NOCTTY},
      {"unknown bits", O_WRONLY | 0x10000000},
  };
  static const char *const targets[] = {"file", "missing", "dir", "link", "dangling", "loop", "dirlink", "missing/", "file/", "dir/", "link/", "fifo/", "."};
  char label[128];
  for (unsigned i = 0; i < sizeof tried / sizeof *tried; i++) {
    snprintf(label, sizeof label, "open %s", tried[i].name);
    CASE(label) {
      put("file", "hello", 0644);
      mkdir("dir", 0755);
      mkfifo("fifo", 0600);
      symlink("file", "link");
      symlink("nowhere", "dangling");
      symlink("loop", "loop");
      symlink("dir", "dirlink");
      for (unsigned j = 0; j < sizeof targets / sizeof *targets; j++) close(opened(targets[j], open(targets[j], tried[i].flags, 0640)));
      show("file");
    }
  }
}

static void paths(void) {
  CASE("path: long names") {
    char name[5000];
    memset(name, 'a', sizeof name);
    name[256] = 0;
    opened("component of 256", open(name, O_CREAT | O_WRONLY, 0600));
    name[255] = 0;
    opened("component of 255", open(name, O_CREAT | O_WRONLY, 0600));
    for (int i = 0; i < 4999; i++) name[i] = i % 2 ? '/' : '.';
    strcpy(name + 4090, "/abcd");
    opened("path of 4095", open(name, O_CREAT | O_WRONLY, 0600));
    strcpy(name + 4090, "/abcde");
    opened("path of 4096", open(name, O_CREAT | O_WRONLY, 0600));
  }
  CASE("path: shapes") {
    put("file", "x", 0644);
    mkdir("d", 0755);
    static const char *const tried[] = {"", "file/x", "file/../new1", "nodir/../new2", "d/../new3", "./new4", "d/./new5", "d//new6", "d/..", "..",
                                        "/", "//", "d/new7/", "./", "d/.", "file/.", "file/..", "../../../../../../../../../../nonexistent/x"};
    for (unsigned i = 0; i < sizeof tried / sizeof *tried; i++) close(opened(tried[i], open(tried[i], O_CREAT | O_WRONLY, 0600)));
  }
  CASE("path: bad pointers") {
    opened("null", (int)syscall(SYS_openat, AT_FDCWD, NULL, O_CREAT | O_WRONLY, 0600));
    opened("one", (int)syscall(SYS_openat, AT_FDCWD, (char *)1, O_WRONLY, 0));
    opened("kernel", (int)syscall(SYS_openat, AT_FDCWD, (char *)-4096L, O_WRONLY, 0));
  }
  CASE("path: relative to a descriptor") {
    mkdir("d", 0755);
    put("file", "x", 0644);
    int d = open("d", O_RDONLY | O_DIRECTORY), p = open("d", O_PATH), f = open("file", O_RDONLY);
    opened("directory", openat(d, "one", O_CREAT | O_WRONLY, 0600));
    opened("O_PATH", openat(p, "two", O_CREAT | O_WRONLY, 0600));
    opened("file", openat(f, "three", O_CREAT | O_WRONLY, 0600));
    opened("file, empty path", openat(f, "", O_WRONLY, 0600));
    opened("bad", openat(77, "four", O_CREAT | O_WRONLY, 0600));
    opened("negative", openat(-5, "five", O_CREAT | O_WRONLY, 0600));
    opened("bad but absolute", openat(77, "/dev/null", O_WRONLY));
    opened("up", openat(d, "../six", O_CREAT | O_WRONLY, 0600));
  }
  CASE("path: working directory is gone") {
    mkdir("d", 0755);
    chdir("d");
    rmdir("../d");
    opened("new", open("new", O_CREAT | O_WRONLY, 0600));
    opened("up", open("../new", O_CREAT | O_WRONLY, 0600));
    opened("dot", open(".", O_WRONLY));
    say("mkdir", mkdir("x", 0700));
  }
  CASE("path: links on the way") {
    mkdir("d", 0755);
    mkdir("d/e", 0755);
    symlink("d", "one");
    symlink("one/e", "two");
    symlink("../new", "d/back");
    symlink("/dev/null", "abs");
    symlink("d/", "slash");
    symlink("d/e/..", "dots");
    opened("one/a", open("one/a", O_CREAT | O_WRONLY, 0600));
    opened("two/b", open("two/b", O_CREAT | O_WRONLY, 0600));
    opened("two/../c", open("two/../c", O_CREAT | O_WRONLY, 0600));
    opened("d/back", open("d/back", O_CREAT | O_WRONLY, 0600));
    opened("abs", open("abs", O_CREAT | O_WRONLY, 0600));
    opened("slash/x", open("slash/x", O_CREAT | O_WRONLY, 0600));
    opened("dots/y", open("dots/y", O_CREAT | O_WRONLY, 0600));
    char a[16] = "chain0", b[16];
    symlink("d/chained", a);
    for (int i = 1; i < 42; i++) {
      snprintf(b, sizeof b, "chain%d", i);
      symlink(a, b);
      strcpy(a, b);
    }
    opened("chain of 40", open("chain39", O_CREAT | O_WRONLY, 0600));
    opened("chain of 41", open("chain40", O_CREAT | O_WRONLY, 0600));
  }
}

static void how(const char *label, int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve, size_t size) {
  char room[64] = {0};
  struct open_how h = {.flags = flags, .mode = mode, .resolve = resolve};
  memcpy(room, &h, sizeof h);
  close(opened(label, openat2_(dirfd, path, (struct open_how *)room, size)));
}

static void second_open(void) {
  CASE("openat2") {
    size_t n = sizeof(struct open_how);
    mkdir("d", 0755);
    mkdir("d/e", 0755);
    put("file", "x", 0644);
    put("d/in", "x", 0644);
    symlink("../file", "d/out");
    symlink("/file", "d/abs");
    symlink("in", "d/link");
    int d = open("d", O_RDONLY | O_DIRECTORY);
    how("plain", AT_FDCWD, "file", O_RDWR, 0, 0, n);
    how("plain, read", AT_FDCWD, "file", O_RDONLY, 0, 0, n);
    how("create", AT_FDCWD, "new", O_RDWR | O_CREAT, 0640, 0, n);
    how("mode without create", AT_FDCWD, "file", O_RDWR, 0640, 0, n);
    how("mode too large", AT_FDCWD, "new2", O_RDWR | O_CREAT, 010000, 0, n);
    how("unknown flag", AT_FDCWD, "file", O_RDWR | (1ull << 40), 0, 0, n);
    how("unknown resolve", AT_FDCWD, "file", O_RDWR, 0, 0x8000, n);
    how("path and write", AT_FDCWD, "file", O_PATH | O_RDWR, 0, 0, n);
    how("tmpfile", AT_FDCWD, "d", O_TMPFILE | O_RDWR, 0600, 0, n);
    how("short", AT_FDCWD, "file", O_RDWR, 0, 0, 8);
    how("longer, zero", AT_FDCWD, "file", O_RDWR, 0, 0, n + 8);
    how("beneath", d, "in", O_RDWR, 0, RESOLVE_BENEATH, n);
    how("beneath, out", d, "out", O_RDWR, 0, RESOLVE_BENEATH, n);
    how("beneath, dots", d, "../file", O_RDWR, 0, RESOLVE_BENEATH, n);
    how("beneath, create", d, "made", O_RDWR | O_CREAT, 0600, RESOLVE_BENEATH, n);
    how("beneath, create below", d, "e/made", O_RDWR | O_CREAT, 0600, RESOLVE_BENEATH, n);
    how("beneath, excl", d, "in", O_RDWR | O_CREAT | O_EXCL, 0600, RESOLVE_BENEATH, n);
    how("in root", d, "/in", O_RDWR, 0, RESOLVE_IN_ROOT, n);
    how("in root, abs link", d, "abs", O_RDWR | O_CREAT, 0600, RESOLVE_IN_ROOT, n);
    how("in root, create", d, "/made2", O_RDWR | O_CREAT, 0600, RESOLVE_IN_ROOT, n);
    how("no symlinks", d, "link", O_RDWR, 0, RESOLVE_NO_SYMLINKS, n);
    how("no symlinks, ok", d, "in", O_RDWR, 0, RESOLVE_NO_SYMLINKS, n);
    how("no magic links", AT_FDCWD, "/proc/self/fd/1", O_WRONLY, 0, RESOLVE_NO_MAGICLINKS, n);
    how("no xdev", AT_FDCWD, "/dev/null", O_WRONLY, 0, RESOLVE_NO_XDEV, n);
    how("nofollow", d, "link", O_RDWR | O_NOFOLLOW, 0, 0, n);
    how("cached, create", d, "made3", O_RDWR | O_CREAT, 0600, RESOLVE_CACHED, n);
    how("bad descriptor", 77, "in", O_RDWR, 0, 0, n);
    how("bad descriptor, beneath", 77, "in", O_RDWR, 0, RESOLVE_BENEATH, n);
    how("trailing slash, create", d, "made4/", O_RDWR | O_CREAT, 0600, RESOLVE_BENEATH, n);
    say("null how", openat2_(d, "in", NULL, n));
  }
}

static void proc(void) {
  CASE("proc: own descriptors") {
    put("file", "hello", 0644);
    int f = open("file", O_RDONLY), pipes[2];
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", f);
    close(opened("read-only again for writing", open(path, O_WRONLY)));
    close(opened("append", open(path, O_WRONLY | O_APPEND)));
    close(opened("create", open(path, O_WRONLY | O_CREAT, 0600)));
    close(opened("excl", open(path, O_WRONLY | O_CREAT | O_EXCL, 0600)));
    close(opened("nofollow", open(path, O_WRONLY | O_NOFOLLOW)));
    snprintf(path, sizeof path, "/dev/fd/%d", f);
    close(opened("/dev/fd", open(path, O_RDWR)));
    unlink("file");
    close(opened("deleted", open(path, O_RDWR)));
    close(opened("deleted, trunc", open(path, O_RDWR | O_TRUNC)));
    pipe(pipes);
    snprintf(path, sizeof path, "/proc/self/fd/%d", pipes[1]);
    close(opened("pipe", open(path, O_WRONLY)));
    snprintf(path, sizeof path, "/proc/self/fd/%d", pipes[0]);
    close(opened("read end of the pipe", open(path, O_WRONLY)));
    dup2(pipes[1], 50);
    dup2(50, 9);
    close(opened("thread-self", open("/proc/thread-self/fd/9", O_WRONLY)));
    close(opened("missing", open("/proc/self/fd/77", O_WRONLY)));
    close(opened("cwd", open("/proc/self/cwd/new", O_CREAT | O_WRONLY, 0600)));
    close(opened("root", open("/proc/self/root/dev/null", O_CREAT | O_WRONLY, 0600)));
    close(opened("exe", open("/proc/self/exe", O_WRONLY)));
    show("new");
  }
  CASE("proc: own settings") {
    close(opened("comm", open("/proc/self/comm", O_WRONLY)));
    show("/proc/self/comm");
    close(opened("thread comm", open("/proc/thread-self/comm", O_RDWR)));
    close(opened("score", open("/proc/self/oom_score_adj", O_RDWR)));
    close(opened("mem", open("/proc/self/mem", O_RDWR)));
    close(opened("status", open("/proc/self/status", O_WRONLY)));
    close(opened("missing", open("/proc/self/nothing", O_WRONLY | O_CREAT, 0600)));
    close(opened("new", open("/proc/nothing", O_WRONLY | O_CREAT, 0600)));
  }
  CASE("proc: of a child") {
    char path[64];
    int pid = fork();
    if (pid == 0) {
      pause();
      _exit(0);
    }
    snprintf(path, sizeof path, "/proc/%d/comm", pid);
    close(opened("comm", open(path, O_WRONLY)));
    snprintf(path, sizeof path, "/proc/%d/cwd/new", pid);
    close(opened("through its directory", open(path, O_WRONLY | O_CREAT, 0600)));
    snprintf(path, sizeof path, "/proc/%d/fd/1", pid);
    close(opened("its descriptor", open(path, O_WRONLY | O_APPEND) < 0 ? -1 : 3));
    kill(pid, SIGKILL);
  }
  CASE("proc: as another user") {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/comm", getppid());
    become(1000, 1000);
    close(opened("comm of root's", open(path, O_WRONLY)));
    close(opened("mem of root's", open("/proc/1/mem", O_RDWR)));
    close(opened("own comm", open("/proc/self/comm", O_WRONLY)));
    close(opened("own stdout", open("/proc/self/fd/1", O_WRONLY | O_APPEND) < 0 ? -1 : 3));
    snprintf(path, sizeof path, "/proc/%d/cwd/x", getppid());
    close(opened("through root's directory", open(path, O_WRONLY | O_CREAT, 0600)));
  }
  CASE("devices") {
    close(opened("null", open("/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0666)));
    close(opened("zero", open("/dev/zero", O_RDWR)));
    close(opened("full", open("/dev/full", O_WRONLY)));
    close(opened("tty", open("/dev/tty", O_RDWR)));
    close(opened("stdout", open("/dev/stdout", O_WRONLY | O_APPEND) < 0 ? -1 : 3));
    close(opened("ptmx", open("/dev/ptmx", O_RDWR | O_NOCTTY) < 0 ? -1 : 3));
    say("node", mknod("null", S_IFCHR | 0666, 0x103));
    close(opened("own null", open("null", O_RDWR)));
  }
}

static void limits(void) {
  CASE("limits: no descriptor left") {
    put("file", "hello", 0644);
    struct rlimit limit = {6, 6};
    setrlimit(RLIMIT_NOFILE, &limit);
    while (dup(1) >= 0) continue;
    say("existing", open("file", O_WRONLY));
    say("new", open("new", O_WRONLY | O_CREAT, 0600));
    say("excl", open("new2", O_WRONLY | O_CREAT | O_EXCL, 0600));
    say("tmpfile", open(".", O_TMPFILE | O_RDWR, 0600));
  }
  CASE("limits: size of a file") {
    put("file", "hello", 0644);
    struct rlimit limit = {3, 3};
    setrlimit(RLIMIT_FSIZE, &limit);
    handle(SIGXFSZ, 0);
    int fd = opened("open", open("file", O_WRONLY | O_APPEND));
    say("write", write(fd, "abc", 3));
    say("truncate up", truncate("file", 10));
    say("truncate down", truncate("file", 2));
  }
  CASE("limits: SIGXFSZ by truncate") {
    put("file", "hello", 0644);
    struct rlimit limit = {3, 3};
    setrlimit(RLIMIT_FSIZE, &limit);
    say("truncate up", truncate("file", 10));
  }
  CASE("limits: text file busy") {
    int pid = fork();
    if (pid == 0) {
      alarm(2);
      execl("/proc/self/exe", "opens", "--wait", (char *)NULL);
      _exit(1);
    }
    char path[64], target[4096];
    usleep(30000);
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    long length = readlink(path, target, sizeof target - 1);
    target[length > 0 ? length : 0] = 0;
    opened("by name", open(target, O_WRONLY));
    opened("by link", open(path, O_WRONLY));
    say("truncate", truncate(target, 0));
    kill(pid, SIGKILL);
  }
}

static void fifos(void) {
  CASE("fifo") {
    mkfifo("f", 0600);
    opened("nonblocking, no reader", open("f", O_WRONLY | O_NONBLOCK));
    opened("both", open("f", O_RDWR));
    int reader = open("f", O_RDONLY | O_NONBLOCK);
    opened("with a reader", open("f", O_WRONLY));
    opened("with a reader, cloexec", open("f", O_WRONLY | O_CLOEXEC));
    opened("with a reader, append", open("f", O_WRONLY | O_APPEND));
    close(reader);
  }
  CASE("fifo: waits for a reader") {
    mkfifo("f", 0600);
    int pid = fork();
    if (pid == 0) {
      usleep(60000);
      char text[8] = {0};
      int fd = open("f", O_RDONLY), got = 0, more;
      while ((more = (int)read(fd, text + got, sizeof text - 1 - (size_t)got)) > 0) got += more;
      sayf("reader", "%s", text);
      _exit(0);
    }
    close(opened("writer", open("f", O_WRONLY)));
    waitpid(pid, NULL, 0);
  }
  CASE("fifo: interrupted") {
    mkfifo("f", 0600);
    handle(SIGUSR1, 0);
    signal_after(40, SIGUSR1);
    say("open", open("f", O_WRONLY));
  }
  CASE("fifo: killed") {
    mkfifo("f", 0600);
    signal_after(40, SIGTERM);
    say("open", open("f", O_WRONLY));
  }
}

int main(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], "--wait")) return pause();
  umask(022);
  flags();
  paths();
  second_open();
  proc();
  limits();
  fifos();
  return 0;
}
