/* trick: process_madvise tells the kernel what to do with another process's memory
 * act: inject
 * attack: T1055
 * expect: stopped
 * needs: root
 */
#include "bypass.h"

static char page[8192] __attribute__((aligned(4096)));

int main(void) {
  pid_t victim = fork();
  if (victim == 0) {
    memset(page, 1, sizeof page);
    nap(300);
    _exit(0);
  }
  nap(20);
  long pidfd = has(syscall(434 /* pidfd_open */, victim, 0));
  struct iovec there = {page, 4096};
  long done = has(syscall(440 /* process_madvise */, pidfd, &there, 1, 20 /* MADV_COLD */, 0));
  int error = errno;
  kill(victim, SIGKILL);
  if (done < 0) refused(error);
  leave_mark();
  succeeded();
}
