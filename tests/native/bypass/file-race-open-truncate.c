/* trick: the bytes of a path that is opened to be emptied are changed by another thread while the call is judged
 * act: write
 * attack: T1485
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

static bool is_empty(void) {
  struct stat info;
  return stat("protected/file", &info) == 0 && !info.st_size;
}

int main(void) {
  put("allowed/a", "mine\n", 0644);
  must(symlink("../protected/file", "allowed/b"), "symlink");
  race(swap);
  for (int i = 0; once_more(); i++) {
    int fd = i % 2 ? creat(path, 0644) : open(path, O_WRONLY | O_TRUNC);
    if (fd >= 0) close(fd);
    if (is_empty()) succeeded();
  }
  refused(0);
}
