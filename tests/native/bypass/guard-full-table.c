/* trick: the caller's descriptor table is full when it runs the program
 * act: exec
 * attack: T1499.004
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  struct rlimit few = {64, 64};
  must(setrlimit(RLIMIT_NOFILE, &few), "limit");
  pid_t child = fork();
  if (child == 0) {
    while (open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0) continue;
    execve("/mnt/w/evil", no_arguments, environ);
    _exit(errno);
  }
  ended_with(child);
}
