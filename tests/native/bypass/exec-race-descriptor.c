/* trick: the descriptor is changed between check and use, 300 times
 * act: exec
 * attack: T1106
 * expect: stopped
 */
#include "bypass.h"

#include <pthread.h>

static volatile unsigned swaps;

static volatile int number = 9;

static void *swap(void *nothing) {
  int good = open("good", O_PATH), evil = open("evil", O_PATH);
  for (;;) {
    dup2(good, number);
    dup2(evil, number);
    swaps++;
  }
  return nothing;
}

int main(void) {
  for (int i = 0; i < 300 && !exists("allowed/ran"); i++) {
    pid_t child = fork();
    if (child == 0) {
      pthread_t thread;
      dup2(open("good", O_PATH), number);
      pthread_create(&thread, NULL, swap, NULL);
      while (swaps < 2) sched_yield();
      syscall(SYS_execveat, number, "", no_arguments, environ, AT_EMPTY_PATH);
      _exit(1);
    }
    status_of(child);
  }
  if (exists("allowed/ran")) succeeded();
  refused(0);
}
