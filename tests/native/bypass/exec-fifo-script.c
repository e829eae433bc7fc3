/* trick: a script comes out of a FIFO that stalls whoever reads its first line
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  must(mkfifo("allowed/fifo", 0755), "mkfifo");
  must(symlink("/mnt/w/allowed/fifo", "allowed/way"), "symlink");
  pid_t writer = fork();
  if (writer == 0) {
    nap(20);
    unlink("allowed/way"); /* whoever waited for the first reading finds another file at the second */
    symlink("/mnt/w/evil", "allowed/way");
    int fd = open("allowed/fifo", O_WRONLY | O_NONBLOCK);
    write(fd, "#!/mnt/w/good\n", 14);
    _exit(0);
  }
  for (int i = 0; i < 20 && !evil_ran(); i++) {
    pid_t child = fork();
    if (child == 0) {
      execve("allowed/way", no_arguments, environ);
      _exit(errno);
    }
    status_of(child);
    nap(10);
  }
  status_of(writer);
  if (evil_ran()) succeeded();
  refused(0);
}
