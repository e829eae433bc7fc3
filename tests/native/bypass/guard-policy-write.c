/* trick: the policy file is written to
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  int fd = open("/mnt/outrider/policy/app.policy", O_WRONLY | O_TRUNC);
  if (fd < 0) refused(errno);
  leave_mark();
  succeeded();
}
