/* trick: sched_setattr: the lowest priority
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  struct { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority; uint64_t runtime, deadline, period; } attributes = {.size = 48, .nice = 19};
  if (syscall(SYS_sched_setattr, find_guard(), &attributes, 0)) refused(errno);
  succeeded();
}
