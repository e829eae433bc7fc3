/* trick: path through /proc/PID/cwd of a child that sits in the directory
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"
#include <signal.h>

int main(void) {
  char path[64], byte;
  int ready[2];
  if (pipe(ready)) broken("pipe");
  pid_t child = fork();
  if (!child) {
    if (!chdir("protected")) write(ready[1], "", 1);
    pause();
    _exit(0);
  }
  read(ready[0], &byte, 1);
  snprintf(path, sizeof path, "/proc/%d/cwd/file", child);
  scribble(open(path, O_WRONLY));
}
