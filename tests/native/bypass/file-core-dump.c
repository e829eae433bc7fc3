/* trick: core dump with the directory as working directory
 * act: write
 * attack: T1565.001
 * expect: outside
 * needs: root core_pattern
 * why: the kernel writes it for a process that dies, no call is made; core_pattern is the host's, and the task definition can set the core ulimit to 0
 */
#include "bypass.h"
#include "file.h"

int main(void) {
  char pattern[128] = "";
  int fd = open("/proc/sys/kernel/core_pattern", O_RDONLY);
  if (read(fd, pattern, sizeof pattern - 1) <= 0 || strchr("/|@", *pattern)) cannot(0);
  struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
  if (setrlimit(RLIMIT_CORE, &all)) cannot(errno); /* the harness allows none, and not every root may raise it */
  pid_t child = fork();
  if (!child) {
    if (chdir("protected")) _exit(errno);
    abort();
  }
  int status = status_of(child);
  if (WIFSIGNALED(status) && WCOREDUMP(status)) succeeded();
  refused(WIFEXITED(status) ? WEXITSTATUS(status) : 0);
}
