/* trick: an argument of an interpreter is changed between check and use, 300 times
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

#include "race.h"

static char words[2][8] = {"entry", "-c"};
static char *volatile arguments[] = {"interpreter", words[0], "code", NULL};

static void change(void) {
  static unsigned at;
  arguments[1] = words[++at % 2];
  stay();
}

int main(void) {
  race(change);
  for (int i = 0; i < 300 && !evil_ran(); i++) {
    pid_t child = (pid_t)must(vfork(), "vfork"); /* shares the memory, so the other thread goes on */
    if (child == 0) {
      execve("/mnt/w/interpreter", (char *const *)(uintptr_t)arguments, environ);
      _exit(1);
    }
    status_of(child);
  }
  finished = true;
  if (evil_ran()) succeeded();
  refused(0);
}
