/* trick: execve by the 32-bit entry of the kernel
 * act: exec
 * attack: T1106
 * expect: stopped
 * arch: x86_64
 * needs: ia32
 */
#include "bypass.h"

int main(void) {
  char *low = mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  uint32_t *arguments = (uint32_t *)(low + 256);
  strcpy(low, "/mnt/w/evil");
  arguments[0] = 0x10000000;
  arguments[1] = 0;
  pid_t child = fork();
  if (child == 0) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(11), "b"(low), "c"(arguments), "d"(0) : "memory");
    _exit((int)-result);
  }
  int status = status_of(child);
  if (exists("allowed/ran")) succeeded();
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV) cannot("no 32-bit entry");
  if (WIFEXITED(status) && WEXITSTATUS(status) == ENOSYS) cannot(ENOSYS);
  refused(WIFEXITED(status) ? WEXITSTATUS(status) : 0);
}
