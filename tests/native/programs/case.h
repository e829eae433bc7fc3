/* case.h: situations, each in a process and a directory of its own, and what came of them as text. Nothing printed may
 * depend on pids, times, ports or inodes: three runs (bare, alert, block) are compared line by line. */
#ifndef CASE_H
#define CASE_H
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOME 100 /* descriptor of the case's directory, for the listing at its end */

static const char *case_name;
static int case_number;

static void sayf(const char *label, const char *format, ...) {
  char text[4096], line[5000];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  int length = snprintf(line, sizeof line, "%s / %s: %s\n", case_name, label, text);
  write(1, line, (size_t)length); /* at one go: children print too */
}

static void say(const char *label, long result) {
  if (result < 0) sayf(label, "%s", strerror(errno));
  else sayf(label, "%ld", result);
}

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

static void list(int directory, const char *prefix) {
  char path[64], link[256];
  struct dirent **entries;
  snprintf(path, sizeof path, "/proc/self/fd/%d", directory);
  int count = scandir(path, &entries, NULL, by_name);
  for (int i = 0; i < count; i++) {
    const char *name = entries[i]->d_name;
    struct stat info;
    if (!strcmp(name, ".") || !strcmp(name, "..") || fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW)) continue;
    long length = readlinkat(directory, name, link, sizeof link - 1);
    link[length > 0 ? length : 0] = 0;
    dprintf(1, "%s   %s%.40s %o %d:%d links=%d size=%ld %s\n", case_name, prefix, name, info.st_mode, info.st_uid, info.st_gid,
            S_ISDIR(info.st_mode) ? 0 : (int)info.st_nlink, S_ISREG(info.st_mode) ? (long)info.st_size : 0, link);
    if (S_ISDIR(info.st_mode) && !*prefix) {
      int below = openat(directory, name, O_RDONLY | O_DIRECTORY);
      if (below >= 0) list(below, "  ");
      close(below);
    }
  }
}

static bool begin(const char *name) {
  char directory[32];
  int status = 0;
  case_name = name;
  snprintf(directory, sizeof directory, "case-%03d", ++case_number);
  if (mkdir(directory, 0755)) exit(99);
  int pid = fork();
  if (pid == 0) {
    alarm(10);
    if (chdir(directory)) _exit(98);
    int fd = open(".", O_RDONLY | O_DIRECTORY);
    dup3(fd, HOME, O_CLOEXEC);
    close(fd);
    return true;
  }
  while (waitpid(pid, &status, 0) < 0) continue;
  if (WIFSIGNALED(status)) dprintf(1, "%s: killed by %d\n", name, WTERMSIG(status));
  else if (WEXITSTATUS(status)) dprintf(1, "%s: exit %d\n", name, WEXITSTATUS(status));
  return false;
}

static inline void end(void) {
  list(HOME, "");
  _exit(0);
}

#define CASE(name) for (; begin(name); end())

/* A file with this content. */
static inline void put(const char *path, const char *content, int mode) {
  int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
  if (fd < 0 || write(fd, content, strlen(content)) < 0 || fchmod(fd, mode)) {
    sayf("put", "%s %d %s", path, fd, strerror(errno));
    _exit(97);
  }
  close(fd);
}

static inline void show(const char *path) {
  char text[256];
  int fd = open(path, O_RDONLY | O_NONBLOCK);
  long length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  if (length < 0) sayf(path, "cannot be read: %s", strerror(errno));
  else {
    text[length] = 0;
    sayf(path, "[%s]", text);
  }
  close(fd);
}

/* What an open gives: number, flags, close-on-exec, and whether it can be written. */
static inline int opened(const char *label, int fd) {
  if (fd < 0) say(label, fd);
  else sayf(label, "fd %d flags %o cloexec %d write %ld", fd, fcntl(fd, F_GETFL), fcntl(fd, F_GETFD), (long)write(fd, "Z", 1));
  return fd;
}

static inline void become(unsigned user, unsigned group) {
  if (syscall(SYS_setgroups, 0, NULL) || syscall(SYS_setresgid, group, group, group) || syscall(SYS_setresuid, user, user, user)) _exit(96);
}

static inline void on_signal(int number) { (void)number; }

static inline void handle(int number, int flags) {
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags};
  sigaction(number, &action, NULL);
}

/* Signals this process once, after so many milliseconds. */
static inline int signal_after(int milliseconds, int number) {
  int parent = getpid(), pid = fork();
  if (pid == 0) {
    usleep((unsigned)milliseconds * 1000);
    kill(parent, number);
    _exit(0);
  }
  return pid;
}
#endif
