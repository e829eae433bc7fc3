/* races_runs.h: calls that run a program. */
#ifndef RACES_RUNS_H
#define RACES_RUNS_H
#include "races.h"

#ifndef SYS_execveat
#error "a kernel header without execveat"
#endif

struct run {
  int dirfd, flags;
  const char *path;
  char **argv;
};

static int run(void *argument) {
  static char *usual[] = {"x", NULL}, *nothing[] = {NULL};
  const struct run *r = argument;
  char **arguments = r->argv ? r->argv : usual;
  if (r->flags < 0) execve(r->path, arguments, nothing);
  else syscall(SYS_execveat, r->dirfd, r->path, arguments, nothing, r->flags);
  _exit(1);
}

/* Like vfork, but the descriptors and the working directory are shared too until the program starts: so whoever changes
 * them can. */
static int whose_program(struct run r) {
  static _Alignas(16) char stack[65536];
  int status = 0;
  pid_t child = clone(run, stack + sizeof stack, CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_FS | SIGCHLD, &r);
  if (child < 0) broken("clone");
  waitpid(child, &status, 0);
  if (!WIFEXITED(status)) return 0;
  return WEXITSTATUS(status) == 70 ? 1 : WEXITSTATUS(status) == 71 ? 2 : 0;
}

static int try_execve(int dirfd, const char *path) { return whose_program((struct run){dirfd, -1, path, NULL}); }
static int try_execveat(int dirfd, const char *path) { return whose_program((struct run){dirfd, 0, path, NULL}); }
static int try_execveat_empty(int dirfd, const char *path) {
  (void)path;
  return whose_program((struct run){dirfd, AT_EMPTY_PATH, "", NULL});
}

/* What the program is told to be: the letter, or which letter it is told. */
static void swap_argument(void) {
  shared->argv[0] = "x";
  shared->argv[1] = shared->letters;
  shared->letters[0] = 'a';
  shared->letters[2] = 'b';
  swapped = shared->letters;
  one = 'a';
  other = 'b';
  if (manner != POINTER) return;
  char *letter = shared->letters, *instead = shared->letters + 2;
  swapped = (volatile char *)&shared->argv[1];
  memcpy(&one, &letter, 1);
  memcpy(&other, &instead, 1);
}

static int try_arguments(int dirfd, const char *path) {
  (void)path;
  return whose_program((struct run){dirfd, -1, "argued", shared->argv});
}
static int try_arguments_at(int dirfd, const char *path) {
  (void)dirfd, (void)path;
  return whose_program((struct run){a, 0, "../argued", shared->argv});
}
static int try_arguments_of_script(int dirfd, const char *path) {
  (void)dirfd, (void)path;
  return whose_program((struct run){dirfd, -1, in_a("argued-script"), shared->argv});
}

static void swap_programs(void) {
  swap_fds[0] = openat(a, "program", O_PATH | O_CLOEXEC);
  swap_fds[1] = openat(b, "program", O_PATH | O_CLOEXEC);
}

/* One letter of a/rewritten, "#!HERE/#/program": opened and closed each time, for the kernel runs no file that somebody has
 * open for writing. */
static void rewrite(long turn) {
  int fd = openat(a, "rewritten", O_WRONLY);
  pwrite(fd, turn % 2 ? "b" : "a", 1, (off_t)(2 + strlen(here) + 1));
  close(fd);
}
#endif
