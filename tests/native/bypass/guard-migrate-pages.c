/* trick: migrate_pages moves the guard's memory
 * act: guard
 * attack: T1562.001
 * expect: stopped
 * needs: root
 */
#include "bypass.h"

int main(void) {
  char path[64];
  pid_t guard = find_guard();
  unsigned long from = 1, to = 1;
  if (syscall(SYS_migrate_pages, guard, 64, &from, &to) < 0) {
    if (errno == ENOSYS) cannot(ENOSYS);
    refused(errno);
  }
  (void)path;
  leave_mark();
  succeeded();
}
