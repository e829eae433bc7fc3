/* trick: a descriptor is taken out of another process
 * act: inject
 * attack: T1055
 * expect: stopped
 * needs: pidfd_getfd
 */
#include "bypass.h"

int main(void) {
  int ends[2];
  must(pipe(ends), "pipe");
  pid_t victim = fork();
  if (victim == 0) {
    dup2(open("protected/file", O_RDONLY), 9);
    write(ends[1], "", 1);
    nap(300);
    _exit(0);
  }
  char byte;
  read(ends[0], &byte, 1);
  long pidfd = has(syscall(434 /* pidfd_open */, victim, 0));
  long taken = pidfd < 0 ? -1 : has(syscall(438 /* pidfd_getfd */, pidfd, 9, 0));
  int error = errno;
  kill(victim, SIGKILL);
  if (taken < 0) refused(error);
  leave_mark();
  succeeded();
}
