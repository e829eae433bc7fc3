/* trick: the words lie at the end of a page behind which nothing can be read
 * act: exec
 * attack: T1059
 * expect: stopped
 */
#include "bypass.h"

static void act(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) broken("mmap");
  munmap(pages + page, page);
  char *word = memcpy(pages + page - 3, "-c", 3); /* the pointers end there too */
  char **arguments = (char **)(void *)(pages + page - 8 - 4 * sizeof(char *));
  arguments[0] = word;
  arguments[1] = word;
  arguments[2] = word;
  arguments[3] = NULL;
  execve("/mnt/w/interpreter", arguments, environ);
}

int main(void) {
  by_child(act);
}
