/* trick: the name that a rename goes to is changed by another thread while it is judged
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"
#include "race.h"

static char path[] = "allowed/a/new";

static void swap(void) {
  put_bytes(path + 8, "b", 1);
  put_bytes(path + 8, "a", 1);
}

int main(void) {
  must(mkdir("allowed/a", 0755), "mkdir");
  must(symlink("../protected", "allowed/b"), "symlink");
  race(swap);
  while (once_more()) {
    put("allowed/mine", "mine\n", 0644);
    rename("allowed/mine", path);
    if (exists("protected/new")) succeeded();
  }
  refused(0);
}
