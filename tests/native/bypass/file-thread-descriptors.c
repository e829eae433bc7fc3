/* trick: a thread with a descriptor table of its own, in which a number means another directory
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"
#include "threads.h"

static void thread(void) {
  must(dup2(open("protected", O_PATH), 77), "dup2");
  scribble(openat(77, "file", O_WRONLY));
}

int main(void) {
  put("allowed/file", "mine\n", 0644);
  must(dup2(open("allowed", O_PATH), 77), "dup2");
  become_thread(CLONE_FS, thread);
}
