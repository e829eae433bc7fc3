/* trick: the path ends where memory ends
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char *path = page + 4096 - sizeof "/mnt/w/evil";
  strcpy(path, "/mnt/w/evil");
  munmap(page + 4096, 4096);
  execve(path, no_arguments, environ);
}

int main(void) {
  by_child(act);
}
