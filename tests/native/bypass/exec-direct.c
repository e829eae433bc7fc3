/* trick: execve of a program by its path
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  pid_t child = fork();
  if (child == 0) {
    execve("/mnt/w/evil", no_arguments, environ);
    _exit(errno);
  }
  ended_with(child);
}
