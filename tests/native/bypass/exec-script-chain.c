/* trick: a script whose interpreter is a script, three deep
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  execve("allowed/third", no_arguments, environ);
}

int main(void) {
  put("allowed/first", "#!/mnt/w/evil\n", 0755);
  put("allowed/second", "#!/mnt/w/allowed/first\n", 0755);
  put("allowed/third", "#!/mnt/w/allowed/second\n", 0755);
  by_child(act);
}
