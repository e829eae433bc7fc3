/* trick: a symbolic link is turned round by another thread while the call is judged
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"
#include "race.h"

static void swap(void) {
  symlink("../protected/file", "allowed/next");
  rename("allowed/next", "allowed/link");
  symlink("mine", "allowed/next");
  rename("allowed/next", "allowed/link");
}

int main(void) {
  put("allowed/mine", "mine\n", 0644);
  must(symlink("mine", "allowed/link"), "symlink");
  race(swap);
  append_repeatedly("allowed/link");
}
