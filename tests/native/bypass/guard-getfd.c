/* trick: pidfd_getfd takes the listener out of the guard
 * act: guard
 * attack: T1055
 * expect: stopped
 * needs: pidfd_getfd
 */
#include "bypass.h"

int main(void) {
  char path[64];
  pid_t guard = find_guard();
  long pidfd = has(syscall(434 /* pidfd_open */, guard, 0));
  if (pidfd < 0) refused(errno);
  int taken = -1;
  for (int i = 0; i < 64 && taken < 0; i++) taken = (int)syscall(438 /* pidfd_getfd */, pidfd, i, 0);
  if (taken < 0) refused(errno);
  (void)path;
  leave_mark();
  succeeded();
}
