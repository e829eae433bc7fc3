/* trick: execve by x32's number
 * act: exec
 * attack: T1106
 * expect: stopped
 * arch: x86_64
 * needs: x32
 */
#include "bypass.h"

int main(void) {
  pid_t child = fork();
  if (child == 0) {
    syscall(0x40000000 + 59, "/mnt/w/evil", no_arguments, environ);
    if (errno == ENOSYS) _exit(ENOSYS);
    uint32_t *low = mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    strcpy((char *)(low + 64), "evil");
    low[0] = (uint32_t)(uintptr_t)(low + 64);
    low[1] = 0;
    syscall(0x40000000 + 520, "/mnt/w/evil", low, low + 1);
    _exit(errno);
  }
  int status = status_of(child);
  if (exists("allowed/ran")) succeeded();
  if (WIFEXITED(status) && WEXITSTATUS(status) == ENOSYS) cannot(ENOSYS);
  refused(WIFEXITED(status) ? WEXITSTATUS(status) : 0);
}
