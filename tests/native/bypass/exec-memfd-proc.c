/* trick: a program in memory only, by /proc/self/fd
 * act: exec
 * attack: T1620
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  char path[64];
  long fd = syscall(SYS_memfd_create, "program", 0);
  if (fd < 0) refused(errno);
  copy_to((int)fd, "evil");
  snprintf(path, sizeof path, "/proc/%d/fd/%ld", getpid(), fd);
  pid_t child = fork();
  if (child == 0) {
    execve(path, no_arguments, environ);
    _exit(errno);
  }
  ended_with(child);
}
