/* trick: openat2's flags in memory are changed by another thread while the call is judged
 * act: write
 * attack: T1565.001
 * expect: stopped
 * needs: openat2
 */
#include "bypass.h"
#include "file.h"
#include <linux/openat2.h>

#include "race.h"

static struct open_how how = {.flags = O_RDONLY};

static void swap(void) {
  __atomic_store_n(&how.flags, O_WRONLY | O_APPEND, __ATOMIC_SEQ_CST);
  stay();
  __atomic_store_n(&how.flags, O_RDONLY, __ATOMIC_SEQ_CST);
  stay();
}

int main(void) {
  bool there = false; /* the second engine has none for what it would allow, and refuses what it would not */
  race(swap);
  while (once_more()) {
    int fd = (int)syscall(SYS_openat2, AT_FDCWD, PROTECTED, &how, sizeof how);
    there |= fd >= 0 || errno != ENOSYS;
    append_to(fd);
    if (won(PROTECTED)) succeeded();
  }
  if (!there) cannot(ENOSYS);
  refused(0);
}
