/* trick: perf_event_open
 * act: kernel
 * attack: T1082
 * expect: stopped
 * needs: root perf
 */
#include "bypass.h"
#include "kernel.h"
#include <linux/perf_event.h>

int main(void) {
  struct perf_event_attr counter = {.type = PERF_TYPE_SOFTWARE, .size = sizeof counter, .config = PERF_COUNT_SW_CPU_CLOCK};
  long fd = syscall(SYS_perf_event_open, &counter, 0, -1, -1, 0);
  if (fd < 0 && errno == ENOENT) cannot(errno);
  took_place(fd);
}
