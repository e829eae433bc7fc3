/* trick: /proc/PID/environ of the guard
 * act: guard
 * attack: T1552
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  char path[64];
  pid_t guard = find_guard();
  static char text[4096];
  if (proc_text(guard, "environ", text, sizeof text) < 0) refused(errno);
  (void)path;
  leave_mark();
  succeeded();
}
