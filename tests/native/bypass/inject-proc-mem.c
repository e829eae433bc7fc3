/* trick: /proc/PID/mem of another process is written
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
  char path[64];
  int one = 1;
  pid_t victim = victim_start();
  snprintf(path, sizeof path, "/proc/%d/mem", victim);
  int fd = open(path, O_RDWR);
  if (fd < 0 || pwrite(fd, &one, sizeof one, (off_t)(uintptr_t)&changed) != sizeof one) {
    int error = errno;
    kill(victim, SIGKILL);
    refused(error);
  }
  ended_with(victim);
}
