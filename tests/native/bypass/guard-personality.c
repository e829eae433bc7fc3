/* trick: personality: memory is executable where it is readable
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

#include <sys/personality.h>

int main(void) {
  if (personality(0x0400000 /* READ_IMPLIES_EXEC */) < 0) refused(errno);
  pid_t child = fork();
  if (child == 0) {
    execve("/mnt/w/evil", no_arguments, environ);
    _exit(errno);
  }
  ended_with(child);
}
