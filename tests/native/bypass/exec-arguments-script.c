/* trick: the option that is forbidden stands in the first line of a script
 * act: exec
 * attack: T1059.004
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  put("/mnt/w/allowed/entry.script", "#!/mnt/w/shell -ec\n", 0755);
  execve("/mnt/w/allowed/entry.script", no_arguments, environ);
}

int main(void) {
  by_child(act);
}
