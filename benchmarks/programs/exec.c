/* exec COUNT PROGRAM [ARG...]: start a program and wait for its end, by fork and exec, and by posix_spawn. */
#include <spawn.h>

#include "measure.h"

extern char **environ;
static char **command;

static void wait_for(pid_t pid) {
  int status;
  must(waitpid(pid, &status, 0), "waitpid");
  if (status) {
    fprintf(stderr, "%s: status %x\n", command[0], status);
    exit(1);
  }
}

static uint64_t by_fork(void) {
  uint64_t begin = now_ns();
  pid_t pid = (pid_t)must(fork(), "fork");
  if (pid == 0) {
    execv(command[0], command);
    _exit(127);
  }
  wait_for(pid);
  return now_ns() - begin;
}

static uint64_t by_spawn(void) {
  uint64_t begin = now_ns();
  pid_t pid;
  errno = posix_spawn(&pid, command[0], NULL, NULL, command, environ);
  must(-errno, "posix_spawn");
  wait_for(pid);
  return now_ns() - begin;
}

int main(int argc, char **argv) {
  long count = argument(argc, argv, 1);
  command = argv + 2;
  measure("fork", count, by_fork);
  measure("spawn", count, by_spawn);
  return 0;
}
