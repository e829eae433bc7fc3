/* trick: prlimit: no more processor time
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  struct rlimit none = {1, 1};
  if (prlimit(guard, RLIMIT_CPU, &none, NULL)) refused(errno);
  succeeded();
}
