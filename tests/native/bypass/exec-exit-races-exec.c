/* trick: one thread runs the program while another ends the process, 50 times
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

int main(void) {
  for (int i = 0; i < 50 && !evil_ran(); i++) {
    pid_t child = fork();
    if (child == 0) {
      pthread_t thread;
      pthread_create(&thread, NULL, run, NULL);
      struct timespec moment = {0, i * 20000L};
      nanosleep(&moment, NULL);
      _exit(0);
    }
    status_of(child);
  }
  if (evil_ran()) succeeded();
  refused(0);
}
