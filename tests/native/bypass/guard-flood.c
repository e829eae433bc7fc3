/* trick: a flood of trapped calls from eight processes, and the program in the midst of it
 * act: exec
 * attack: T1499.004
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  pid_t noise[8];
  for (int i = 0; i < 8; i++) {
    noise[i] = fork();
    if (noise[i] == 0)
      for (;;) close(open("protected/none", O_WRONLY));
  }
  nap(100);
  pid_t child = fork();
  if (child == 0) {
    execve("/mnt/w/evil", no_arguments, environ);
    _exit(errno);
  }
  int status = status_of(child);
  for (int i = 0; i < 8; i++) kill(noise[i], SIGKILL);
  for (int i = 0; i < 8; i++) status_of(noise[i]);
  if (evil_ran()) succeeded();
  refused(WIFEXITED(status) ? WEXITSTATUS(status) : 0);
}
