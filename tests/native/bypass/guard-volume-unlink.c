/* trick: the agent's socket is removed
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  if (unlink("/mnt/outrider/run/agent.sock")) refused(errno);
  leave_mark();
  succeeded();
}
