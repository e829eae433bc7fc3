/* trick: posix_spawn
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

#include <spawn.h>

int main(void) {
  pid_t child;
  int error = posix_spawn(&child, "/mnt/w/evil", NULL, NULL, no_arguments, environ);
  if (error) refused(error);
  ended_with(child);
}
