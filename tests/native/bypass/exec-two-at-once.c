/* trick: two threads run a program at once, one of them allowed, 100 times
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

#include <pthread.h>

static void *run(void *path) {
  execve(path, no_arguments, environ);
  return NULL;
}

int main(void) {
  for (int i = 0; i < 100 && !evil_ran(); i++) {
    pid_t child = fork();
    if (child == 0) {
      pthread_t one, other;
      pthread_create(&one, NULL, run, i % 2 ? "/mnt/w/good" : "/mnt/w/evil");
      pthread_create(&other, NULL, run, i % 2 ? "/mnt/w/evil" : "/mnt/w/good");
      pthread_join(one, NULL);
      pthread_join(other, NULL);
      _exit(1);
    }
    status_of(child);
  }
  if (evil_ran()) succeeded();
  refused(0);
}
