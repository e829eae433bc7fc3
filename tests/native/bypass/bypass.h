/* bypass.h: what the tricks share. A trick finds the guard as an attacker would, does one forbidden act in one way, and
 * ends by saying which of three things came of it. The harness (cell/) has witnesses of its own and believes those. */
#ifndef BYPASS_H
#define BYPASS_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
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
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SUCCEEDED 0
#define REFUSED 1
#define CANNOT 77 /* as automake's "skipped": this kernel or machine has not what the trick needs */
#define BROKEN 99
#define UNUSED __attribute__((unused))

extern char **environ;

/* The harness looks at the guard, or at the sockets there are, while the trick stands still: before it begins (a
 * constructor) and when it is over. Only for acts that have to be looked at alive; else this does nothing. */
UNUSED static void stand_still(void) {
  if (getenv("BYPASS_WATCHED")) raise(SIGSTOP);
}

__attribute__((constructor)) static void begin(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  stand_still();
}

/* For tricks that return from main(): exit() runs this. */
__attribute__((destructor)) static void over(void) { stand_still(); }

UNUSED static _Noreturn void end(int status, const char *word, const char *about) {
  printf("%s %s\n", word, about);
  stand_still();
  _exit(status);
}

/* The forbidden act took place. */
UNUSED static _Noreturn void succeeded(void) { end(SUCCEEDED, "succeeded", ""); }

UNUSED static _Noreturn int refused_with(int error) { end(REFUSED, "refused", error ? strerror(error) : "killed, or without effect"); }
UNUSED static _Noreturn int refused_at(const char *what) {
  printf("%s: ", what);
  refused_with(errno);
}
UNUSED static _Noreturn int cannot_with(int error) { end(CANNOT, "cannot", strerror(error)); }
UNUSED static _Noreturn int cannot_for(const char *why) { end(CANNOT, "cannot", why); }

/* It did not take place: refused(errno), refused("what was tried") with errno set, refused(0) when the doer was killed. */
#define refused(about) _Generic((about), int: refused_with, default: refused_at)(about)
/* This kernel or machine has not what it takes: an errno or words. Under supervision that is as good as a refusal, if it
 * worked bare. */
#define cannot(about) _Generic((about), int: cannot_with, default: cannot_for)(about)

/* Something that is no part of the trick failed. */
UNUSED static _Noreturn void broken(const char *what) {
  printf("broken %s: %s\n", what, strerror(errno));
  _exit(BROKEN);
}

/* What must work anyway. */
UNUSED static long must(long result, const char *what) {
  if (result < 0) broken(what);
  return result;
}

/* For calls that only a newer kernel has. */
UNUSED static long has(long result) {
  if (result < 0 && errno == ENOSYS) cannot(ENOSYS);
  return result;
}

UNUSED static bool exists(const char *path) { return access(path, F_OK) == 0; }

UNUSED static void put(const char *path, const char *content, mode_t mode) {
  int fd = (int)must(open(path, O_CREAT | O_WRONLY | O_TRUNC, mode), path);
  must(write(fd, content, strlen(content)), path);
  fchmod(fd, mode);
  close(fd);
}

UNUSED static void copy_to(int out, const char *from) {
  char piece[65536];
  long got;
  int in = (int)must(open(from, O_RDONLY), from);
  while ((got = read(in, piece, sizeof piece)) > 0) must(write(out, piece, (size_t)got), "copy");
  close(in);
}

UNUSED static void copy(const char *from, const char *to) {
  int out = (int)must(open(to, O_CREAT | O_WRONLY | O_TRUNC, 0755), to);
  copy_to(out, from);
  fchmod(out, 0755);
  close(out);
}

UNUSED static char *const no_arguments[] = {"evil", NULL};

/* Waits for a child; its status as wait(2) gives it. */
UNUSED static int status_of(pid_t child) {
  int status = -1;
  while (waitpid(child, &status, __WALL) < 0 && errno == EINTR) continue;
  return status;
}

/* Whether evil has left its mark; after a chroot it is not where it was. */
UNUSED static bool evil_ran(void) { return exists("/mnt/w/allowed/ran") || exists("/allowed/ran") || exists("allowed/ran"); }

/* The end of a trick whose child has tried to run evil: what counts is whether it ran. A child that could not says so by
 * its exit status, an errno. */
UNUSED static _Noreturn void ended_with(pid_t child) {
  int status = status_of(child);
  if (evil_ran()) succeeded();
  refused(WIFEXITED(status) ? WEXITSTATUS(status) : 0);
}

/* The same, for what a child does: when it comes back, errno says why it did not. */
UNUSED static _Noreturn void by_child(void (*act)(void)) {
  pid_t child = (pid_t)must(fork(), "fork");
  if (child == 0) {
    act();
    _exit(errno);
  }
  ended_with(child);
}

/* Evil's own deed, done by other means: by code that was put into a process, or for what cannot be seen from outside. */
UNUSED static void leave_mark(void) {
  int fd = open("/mnt/w/allowed/ran", O_CREAT | O_WRONLY, 0644);
  if (fd < 0 || write(fd, "ran\n", 4) != 4) broken("the mark");
  close(fd);
}

UNUSED static int port_of(const char *variable) {
  const char *text = getenv(variable);
  if (!text) broken(variable);
  return atoi(text);
}

UNUSED static void nap(int milliseconds) {
  struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
  nanosleep(&time, NULL);
}

/* /proc/PID/NAME into out, as text; its length or -1. */
UNUSED static long proc_text(pid_t pid, const char *name, char *out, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  long length = fd < 0 ? -1 : read(fd, out, size - 1);
  if (fd >= 0) close(fd);
  if (length >= 0) out[length] = 0;
  return length;
}

/* The processes of the guard, by their name, as `pgrep outrider-run` finds them. Bare there is a stand-in. */
UNUSED static int find_guards(pid_t out[], int most) {
  int found = 0;
  char name[64];
  DIR *processes = opendir("/proc");
  struct dirent *entry;
  while (processes && (entry = readdir(processes)) && found < most) {
    pid_t pid = atoi(entry->d_name);
    if (pid > 1 && pid != getpid() && proc_text(pid, "comm", name, sizeof name) > 0 && !strcmp(name, "outrider-run\n")) out[found++] = pid;
  }
  if (processes) closedir(processes);
  return found;
}

UNUSED static pid_t find_guard(void) {
  pid_t guard;
  if (find_guards(&guard, 1) != 1) broken("no guard to be found");
  return guard;
}

/* What /proc says of a process: R, S, D, T (stopped), Z; X: gone. */
UNUSED static char state_of(pid_t pid) {
  char text[512];
  if (proc_text(pid, "stat", text, sizeof text) <= 0) return 'X';
  char *after = strrchr(text, ')');
  return after ? after[2] : 'X';
}

UNUSED static bool is_up(pid_t pid) { return !strchr("TtZX", state_of(pid)); }

/* For a trick that was to end or stop a process: gives it 200 ms to show. */
UNUSED static _Noreturn void hurt_or_refused(pid_t pid, int error) {
  for (int i = 0; i < (error ? 1 : 20) && is_up(pid); i++) nap(10);
  if (!is_up(pid)) succeeded();
  refused(error);
}

#endif
