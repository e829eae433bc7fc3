/* trick: thousands of events, all different, push the one that matters out
 * act: exec
 * attack: T1562.006
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  char path[64];
  for (int i = 0; i < 5000; i++) {
    snprintf(path, sizeof path, "protected/none-%d", i);
    close(open(path, O_WRONLY));
  }
  pid_t child = fork();
  if (child == 0) {
    execve("/mnt/w/evil", no_arguments, environ);
    _exit(errno);
  }
  ended_with(child);
}
