/* trick: a hard link gives the program another name
 * act: exec
 * attack: T1036
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  if (link("/mnt/w/evil", "allowed/other")) refused(errno);
  pid_t child = fork();
  if (child == 0) {
    execve("allowed/other", no_arguments, environ);
    _exit(errno);
  }
  ended_with(child);
}
