/* trick: execve by a thread whose process's first has ended
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

#include <pthread.h>

static void *run(void *nothing) {
  (void)nothing;
  nap(30);
  execve("/mnt/w/evil", no_arguments, environ);
  _exit(errno);
}

static void act(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, run, NULL);
  syscall(SYS_exit, 0);
}

int main(void) {
  by_child(act);
}
