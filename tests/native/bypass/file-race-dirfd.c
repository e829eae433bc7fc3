/* trick: the directory's descriptor is replaced by another thread while the call is judged
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"
#include "race.h"

static int outside, inside;

static void swap(void) {
  dup2(inside, 77);
  dup2(outside, 77);
}

int main(void) {
  put("allowed/file", "mine\n", 0644);
  outside = open("allowed", O_PATH);
  inside = open("protected", O_PATH);
  must(dup2(outside, 77), "dup2");
  race(swap);
  while (once_more()) {
    append_to(openat(77, "file", O_WRONLY | O_APPEND));
    if (won(PROTECTED)) succeeded();
  }
  refused(0);
}
