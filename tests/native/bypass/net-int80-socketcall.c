/* trick: connect of 32-bit programs, by int 0x80 and socketcall
 * act: connect
 * attack: T1071
 * expect: stopped
 * arch: x86_64
 * needs: ia32
 */
#include "bypass.h"
#include "net.h"

static void no_such_gate(int signal) {
  (void)signal;
  cannot(ENOSYS);
}

int main(void) {
  struct { uint32_t words[3]; struct sockaddr_in peer; } *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  if (low == MAP_FAILED) broken("mmap");
  signal(SIGSEGV, no_such_gate); /* a kernel without 32-bit programs */
  low->peer = ipv4(FORBIDDEN);
  low->words[0] = (uint32_t)new_socket(AF_INET, SOCK_STREAM, 0);
  low->words[1] = (uint32_t)(uintptr_t)&low->peer;
  low->words[2] = sizeof low->peer;
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(102L /* socketcall */), "b"(3L /* connect */), "c"(low->words) : "memory");
  if (result == -ENOSYS) cannot(ENOSYS);
  errno = (int)-result;
  reached(result ? -1 : 0);
}
