/* trick: two processes trace each other's children: a thread attaches to a sibling
 * act: inject
 * attack: T1055.008
 * expect: stopped
 */
#include "bypass.h"

#include <pthread.h>
#include <sys/ptrace.h>

static volatile int changed;
static pid_t victim;

static void *attach(void *nothing) {
  if (ptrace(PTRACE_SEIZE, victim, NULL, NULL)) return (void *)(long)errno;
  ptrace(PTRACE_INTERRUPT, victim, NULL, NULL);
  status_of(victim);
  ptrace(PTRACE_POKEDATA, victim, (void *)&changed, (void *)1L);
  ptrace(PTRACE_DETACH, victim, NULL, NULL);
  return nothing;
}

int main(void) {
  victim = (pid_t)must(fork(), "fork");
  if (victim == 0) {
    for (int i = 0; i < 100 && !changed; i++) nap(5);
    if (changed) leave_mark();
    _exit(0);
  }
  pthread_t thread;
  void *error = NULL;
  pthread_create(&thread, NULL, attach, NULL);
  pthread_join(thread, &error);
  if (error) kill(victim, SIGKILL);
  status_of(victim);
  if (evil_ran()) succeeded();
  refused((int)(long)error);
}
