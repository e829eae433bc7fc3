/* trick: a symbolic link to the program, where writing is allowed
 * act: exec
 * attack: T1036
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  execve("allowed/link", no_arguments, environ);
}

int main(void) {
  must(symlink("/mnt/w/evil", "allowed/link"), "symlink");
  by_child(act);
}
