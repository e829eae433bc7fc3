/* trick: process_vm_readv from the guard
 * act: guard
 * attack: T1003.007
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  char path[64];
  pid_t guard = find_guard();
  char word[8];
  struct iovec here = {word, sizeof word}, there = {(void *)0x1000000, sizeof word} /* where it begins */;
  if (process_vm_readv(guard, &here, 1, &there, 1, 0) < 0) refused(errno);
  (void)path;
  leave_mark();
  succeeded();
}
