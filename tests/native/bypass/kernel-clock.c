/* trick: clock_adjtime: the clock's rate set to what it is
 * act: kernel
 * attack: T1070.006
 * expect: stopped
 * needs: root
 */
#include "bypass.h"
#include "kernel.h"
#include <sys/timex.h>

int main(void) {
  struct timex clock = {0};
  if (adjtimex(&clock) < 0) clock.tick = 10000; /* the usual rate; asking is refused as well */
  clock.modes = ADJ_TICK;
  took_place(clock_adjtime(CLOCK_REALTIME, &clock));
}
