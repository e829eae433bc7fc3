/* trick: process_vm_writev into another process
 * act: inject
 * attack: T1055.009
 * expect: stopped
 */
#include "bypass.h"

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
  int one = 1;
  struct iovec here = {&one, sizeof one}, there = {(void *)&changed, sizeof one};
  pid_t victim = victim_start();
  if (process_vm_writev(victim, &here, 1, &there, 1, 0) < 0) {
    int error = errno;
    kill(victim, SIGKILL);
    refused(error);
  }
  ended_with(victim);
}
