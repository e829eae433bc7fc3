/* traced.h: a program and whatever it starts, under ptrace from the moment it has stopped itself (SIGSTOP). */
#ifndef TRACED_H
#define TRACED_H
#include <signal.h>
#include <sys/ptrace.h>

#include "measure.h"

#define EVERYTHING (PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL)

/* `go_on` is told of every stop and lets the task go on. The application's exit status, as a shell tells it. */
static int trace(pid_t application, long options, void (*go_on)(pid_t pid, int status)) {
  pid_t pid;
  int status, result = 1;
  must(waitpid(application, &status, WUNTRACED), "waitpid");
  must(ptrace(PTRACE_SEIZE, application, 0, options), "PTRACE_SEIZE");
  kill(application, SIGCONT);
  while ((pid = waitpid(-1, &status, __WALL)) > 0) {
    if (WIFSTOPPED(status)) go_on(pid, status);
    else if (pid == application) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  return result;
}
#endif
