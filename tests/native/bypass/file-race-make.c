/* trick: the bytes of the path of a file that is made are changed by another thread while the call is judged
 * act: write
 * attack: T1565.001
 * expect: stopped
 * traced: seen because the kernel makes it, empty, before it is looked at; who made it is killed and does not write to it
 */
#include "bypass.h"
#include "file.h"
#include "race.h"

static char path[] = "allowed/a/made";

static void swap(void) {
  put_bytes(path + 8, "b", 1);
  put_bytes(path + 8, "a", 1);
}

int main(void) {
  must(mkdir("allowed/a", 0755), "mkdir");
  must(symlink("../protected", "allowed/b"), "symlink");
  race(swap);
  while (once_more()) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (fd >= 0) close(fd);
    if (exists("protected/made")) succeeded();
    unlink("allowed/a/made");
  }
  refused(0);
}
