/* trick: move_pages asks where the guard's memory is
 * act: guard
 * attack: T1003.007
 * expect: stopped
 * needs: numa
 */
#include "bypass.h"

int main(void) {
  char path[64];
  pid_t guard = find_guard();
  void *page = (void *)0x1000000;
  int status;
  if (syscall(SYS_move_pages, guard, 1, &page, NULL, &status, 0) < 0) {
    if (errno == ENOSYS) cannot(ENOSYS);
    refused(errno);
  }
  (void)path;
  leave_mark();
  succeeded();
}
