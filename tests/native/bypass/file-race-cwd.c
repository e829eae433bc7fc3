/* trick: the working directory is changed by another thread while the call is judged
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"
#include "race.h"

static int outside, inside;

static void swap(void) {
  fchdir(inside);
  fchdir(outside);
}

int main(void) {
  put("allowed/file", "mine\n", 0644);
  outside = open("allowed", O_PATH);
  inside = open("protected", O_PATH);
  must(fchdir(outside), "fchdir");
  race(swap);
  while (once_more()) {
    append_to(open("file", O_WRONLY | O_APPEND));
    if (won("/mnt/w/protected/file")) succeeded();
  }
  refused(0);
}
