/* trick: the path is changed between check and use, 300 times
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

#include <pthread.h>

static volatile unsigned swaps;

static char path[16] __attribute__((aligned(8))) = "/mnt/w//good"; /* the name begins where a word does */
static volatile uint32_t *const name = (volatile uint32_t *)(path + 8);
static volatile bool stop;

static void *swap(void *nothing) {
  uint32_t good, evil;
  memcpy(&good, "good", 4);
  memcpy(&evil, "evil", 4);
  while (!stop) {
    *name = good;
    *name = evil;
    swaps++;
  }
  return nothing;
}

int main(void) {
  char *const arguments[] = {path, NULL};
  for (int i = 0; i < 300 && !exists("allowed/ran"); i++) {
    pid_t child = fork();
    if (child == 0) {
      pthread_t thread;
      pthread_create(&thread, NULL, swap, NULL);
      while (swaps < 2) sched_yield();
      execve(path, arguments, environ);
      _exit(1);
    }
    status_of(child);
  }
  if (exists("allowed/ran")) succeeded();
  refused(0);
}
