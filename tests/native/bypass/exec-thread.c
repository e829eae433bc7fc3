/* trick: execve by a thread that is not the first
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

#include <pthread.h>

static void *run(void *nothing) {
  execve("/mnt/w/evil", no_arguments, environ);
  return nothing;
}

static void act(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, run, NULL);
  pthread_join(thread, NULL);
  errno = EPERM;
}

int main(void) {
  by_child(act);
}
