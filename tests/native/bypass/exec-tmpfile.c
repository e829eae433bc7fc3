/* trick: a program without a name, of O_TMPFILE, by its descriptor
 * act: exec
 * attack: T1620
 * expect: stopped
 * needs: tmpfile
 */
#include "bypass.h"

int main(void) {
  char path[64];
  int fd = open("allowed", O_TMPFILE | O_RDWR, 0755);
  if (fd < 0) cannot(errno);
  copy_to(fd, "evil");
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  int again = (int)must(open(path, O_RDONLY), path); /* nobody may hold it open for writing when it runs */
  close(fd);
  pid_t child = fork();
  if (child == 0) {
    syscall(SYS_execveat, again, "", no_arguments, environ, AT_EMPTY_PATH);
    _exit(errno);
  }
  ended_with(child);
}
