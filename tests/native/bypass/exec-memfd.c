/* trick: a program in memory only, by execveat
 * act: exec
 * attack: T1620
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  long fd = syscall(SYS_memfd_create, "program", 1 /* MFD_CLOEXEC */);
  if (fd < 0) refused(errno);
  copy_to((int)fd, "evil");
  pid_t child = fork();
  if (child == 0) {
    syscall(SYS_execveat, fd, "", no_arguments, environ, AT_EMPTY_PATH);
    _exit(errno);
  }
  ended_with(child);
}
