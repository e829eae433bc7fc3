/* trick: the policy file is replaced
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  put("allowed/new", "OUTRPOL2", 0644);
  if (rename("allowed/new", "/mnt/outrider/policy/app.policy")) refused(errno);
  leave_mark();
  succeeded();
}
