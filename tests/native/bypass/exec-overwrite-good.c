/* trick: overwrite a program that is allowed
 * act: exec
 * attack: T1554
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  int fd = open("good", O_WRONLY | O_TRUNC);
  if (fd < 0) refused(errno);
  copy_to(fd, "evil");
  close(fd);
  pid_t child = fork();
  if (child == 0) {
    execve("/mnt/w/good", no_arguments, environ);
    _exit(errno);
  }
  ended_with(child);
}
