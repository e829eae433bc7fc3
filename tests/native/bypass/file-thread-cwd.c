/* trick: a thread with a working directory of its own, unlike its process's
 * act: write
 * attack: T1565.001
 * expect: stopped
 */
#include "bypass.h"
#include "file.h"
#include "threads.h"

static void thread(void) {
  if (chdir("../protected")) broken("chdir");
  scribble(open("file", O_WRONLY));
}

int main(void) {
  put("allowed/file", "mine\n", 0644);
  must(chdir("allowed"), "chdir");
  become_thread(CLONE_FILES, thread);
}
