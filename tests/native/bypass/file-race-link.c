/* trick: the file that a hard link is made of is changed by another thread while it is judged
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"
#include "race.h"

static char path[] = "allowed/a/file";

static void swap(void) {
  put_bytes(path + 8, "b", 1);
  put_bytes(path + 8, "a", 1);
}

int main(void) {
  must(mkdir("allowed/a", 0755), "mkdir");
  put("allowed/a/file", "mine\n", 0644);
  must(symlink("../protected", "allowed/b"), "symlink");
  race(swap);
  while (once_more()) {
    if (link(path, "allowed/same")) continue;
    append_to(open("allowed/same", O_WRONLY | O_APPEND));
    unlink("allowed/same");
    if (won(PROTECTED)) succeeded();
  }
  refused(0);
}
