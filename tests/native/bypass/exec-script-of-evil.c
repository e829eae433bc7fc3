/* trick: a script whose interpreter is the program
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  execve("allowed/script", no_arguments, environ);
}

int main(void) {
  put("allowed/script", "#!/mnt/w/evil\n", 0755);
  by_child(act);
}
