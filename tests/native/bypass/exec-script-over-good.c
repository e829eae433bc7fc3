/* trick: a script in the place of an allowed program
 * act: exec
 * attack: T1554
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  put("allowed/script", "#!/mnt/w/evil\n", 0755);
  if (syscall(SYS_renameat2, AT_FDCWD, "allowed/script", AT_FDCWD, "good", 2 /* RENAME_EXCHANGE */)) refused(errno);
  pid_t child = fork();
  if (child == 0) {
    execve("/mnt/w/good", no_arguments, environ);
    _exit(errno);
  }
  ended_with(child);
}
