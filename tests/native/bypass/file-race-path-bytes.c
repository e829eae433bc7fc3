/* trick: the bytes of the path are changed by another thread while the call is judged
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"
#include "race.h"

static char path[] = "allowed/a";

static void swap(void) {
  put_bytes(path + 8, "b", 1);
  put_bytes(path + 8, "a", 1);
}

int main(void) {
  put("allowed/a", "mine\n", 0644);
  must(symlink("../protected/file", "allowed/b"), "symlink");
  race(swap);
  append_repeatedly(path);
}
