/* trick: /proc/PID/maps of the guard tells where its code is
 * act: guard
 * attack: T1003.007
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  char path[64];
  pid_t guard = find_guard();
  static char text[4096];
  if (proc_text(guard, "maps", text, sizeof text) <= 0) refused(errno);
  (void)path;
  leave_mark();
  succeeded();
}
