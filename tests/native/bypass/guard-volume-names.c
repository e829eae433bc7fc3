/* trick: a table of names is put beside the agent's socket
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  int fd = open("/mnt/outrider/run/names", O_CREAT | O_WRONLY, 0644);
  if (fd < 0) refused(errno);
  leave_mark();
  succeeded();
}
