/* trick: prlimit: no more memory
 * act: guard
 * attack: T1562.001
 * expect: stopped
 */
#include "bypass.h"

int main(void) {
  pid_t guard = find_guard();
  struct rlimit none = {1 << 20, 1 << 20};
  if (prlimit(guard, RLIMIT_AS, &none, NULL) < 0) refused(errno);
  succeeded();
}
