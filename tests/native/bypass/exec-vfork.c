/* trick: execve in a vfork
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  pid_t child = vfork();
  if (child == 0) {
    execve("/mnt/w/evil", no_arguments, environ);
    _exit(EPERM);
  }
  ended_with(child);
}
