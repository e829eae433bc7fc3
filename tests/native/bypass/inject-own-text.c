/* trick: the process writes into its own read-only code by /proc/self/mem
 * act: inject
 * attack: T1055.009
 * expect: stopped
 * needs: proc_mem
 */
#include "bypass.h"

__attribute__((noinline)) static int answer(void) {
  static volatile int value = 1;
  return value;
}

#ifdef __x86_64__
static const unsigned char code[] = {0xb8, 0x2a, 0, 0, 0, 0xc3};
#else
static const unsigned char code[] = {0x40, 0x05, 0x80, 0x52, 0xc0, 0x03, 0x5f, 0xd6};
#endif

int main(void) {
  int (*volatile call)(void) = answer;
  int fd = open("/proc/self/mem", O_RDWR);
  if (fd < 0) refused(errno);
  if (pwrite(fd, code, sizeof code, (off_t)(uintptr_t)call) != sizeof code) {
    if (errno == EIO || errno == EPERM) cannot("this kernel's proc_mem.force_override"); /* Linux 6.12 */
    refused(errno);
  }
  if (call() != 42) broken("the code");
  leave_mark();
  succeeded();
}
