/* trick: process_madvise sends the guard's memory away
 * act: guard
 * attack: T1562.001
 * expect: stopped
 * needs: root
 */
#include "bypass.h"

int main(void) {
  char path[64];
  pid_t guard = find_guard();
  static char page[4096] __attribute__((aligned(4096)));
  struct iovec there = {page, sizeof page};
  long pidfd = has(syscall(434 /* pidfd_open */, guard, 0));
  if (pidfd < 0) refused(errno);
  page[0] = 1;
  if (has(syscall(440 /* process_madvise */, pidfd, &there, 1, 20 /* MADV_COLD */, 0)) < 0) refused(errno);
  (void)path;
  leave_mark();
  succeeded();
}
