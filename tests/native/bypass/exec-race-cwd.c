/* trick: the working directory is changed between check and use, 300 times
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

#include <pthread.h>

static volatile unsigned swaps;

static void *swap(void *nothing) {
  for (;;) {
    chdir("/mnt/w");
    chdir("/mnt/w/allowed");
    swaps++;
  }
  return nothing;
}

int main(void) {
  copy("evil", "allowed/good");
  for (int i = 0; i < 300 && !exists("/mnt/w/allowed/ran"); i++) {
    pid_t child = fork();
    if (child == 0) {
      pthread_t thread;
      pthread_create(&thread, NULL, swap, NULL);
      while (swaps < 2) sched_yield();
      execve("good", no_arguments, environ);
      _exit(1);
    }
    status_of(child);
  }
  if (exists("/mnt/w/allowed/ran")) succeeded();
  refused(0);
}
