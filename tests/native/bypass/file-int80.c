/* trick: the open of 32-bit programs, by int 0x80
 * act: write
 * attack: T1565.001
 * expect: stopped
 * arch: x86_64
 * needs: ia32
 */
#include "bypass.h"
#include "file.h"

static void no_such_gate(int signal) {
  (void)signal;
  cannot(ENOSYS);
}

int main(void) {
  signal(SIGSEGV, no_such_gate); /* a kernel without 32-bit programs */
  char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  if (low == MAP_FAILED) broken("mmap");
  strcpy(low, PROTECTED);
  long fd;
  __asm__ volatile("int $0x80" : "=a"(fd) : "a"(5L /* open */), "b"(low), "c"((long)O_WRONLY), "d"(0L) : "memory");
  if (fd == -ENOSYS) cannot(ENOSYS);
  errno = (int)-fd;
  scribble((int)fd);
}
