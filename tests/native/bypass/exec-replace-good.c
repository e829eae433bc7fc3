/* trick: rename over a program that is allowed
 * act: exec
 * attack: T1554
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  copy("evil", "allowed/new");
  if (rename("allowed/new", "good")) refused(errno);
  pid_t child = fork();
  if (child == 0) {
    execve("/mnt/w/good", no_arguments, environ);
    _exit(errno);
  }
  ended_with(child);
}
