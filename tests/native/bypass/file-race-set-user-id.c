/* trick: a byte of chmod's path is changed by another thread while it is judged
 * act: write
 * attack: T1548.001
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
  struct stat info;
  put("allowed/a", "mine\n", 0644);
  must(symlink("../protected/file", "allowed/b"), "symlink");
  race(swap);
  while (once_more()) {
    chmod(path, 04755);
    if (stat(PROTECTED, &info) == 0 && info.st_mode & S_ISUID) succeeded();
  }
  refused(0);
}
