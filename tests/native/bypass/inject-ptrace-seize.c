/* trick: ptrace seize and interrupt, then a write to its memory
 * act: inject
 * attack: T1055.008
 * expect: stopped
 */
#include "bypass.h"

#include <sys/ptrace.h>

static volatile int changed;

/* A child at work, whose variable is to be changed from outside; then it leaves the mark. */
static pid_t victim_start(void) {
  pid_t victim = (pid_t)must(fork(), "fork");
  if (victim) return victim;
  for (int i = 0; i < 100 && !changed; i++) nap(5);
  if (changed) leave_mark();
  _exit(0);
}

int main(void) {
  pid_t victim = victim_start();
  if (ptrace(PTRACE_SEIZE, victim, NULL, NULL)) {
    int error = errno;
    kill(victim, SIGKILL);
    refused(error);
  }
  must(ptrace(PTRACE_INTERRUPT, victim, NULL, NULL), "interrupt");
  status_of(victim);
  must(ptrace(PTRACE_POKEDATA, victim, (void *)&changed, (void *)1L), "poke");
  ptrace(PTRACE_DETACH, victim, NULL, NULL);
  ended_with(victim);
}
