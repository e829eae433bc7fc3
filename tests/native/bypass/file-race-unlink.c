/* trick: a byte of unlink's path, a directory's name, is changed by another thread while it is judged
 * act: write
 * attack: T1070.004
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
  must(symlink("../protected", "allowed/b"), "symlink");
  race(swap);
  while (once_more()) {
    put("allowed/a/file", "mine\n", 0644);
    unlink(path);
    if (!exists(PROTECTED)) succeeded();
  }
  refused(0);
}
