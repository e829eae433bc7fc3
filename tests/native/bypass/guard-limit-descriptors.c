/* trick: prlimit: no more descriptors
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  struct rlimit none = {3, 3};
  if (prlimit(guard, RLIMIT_NOFILE, &none, NULL) < 0) refused(errno);
  succeeded();
}
