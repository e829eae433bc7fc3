/* trick: the working directory is a descriptor of somewhere else
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  execve("../w/evil", no_arguments, environ);
}

int main(void) {
  int fd = (int)must(open("protected", O_PATH | O_DIRECTORY), "open");
  must(chdir("/"), "chdir");
  must(fchdir(fd), "fchdir");
  must(chdir(".."), "chdir");
  by_child(act);
}
