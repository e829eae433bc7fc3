/* trick: machine code in memory that is writable and executable at once
 * act: inject
 * attack: T1620
 * expect: outside
 * why: a process that runs allowed code may make more code of data: mmap and mprotect are not trapped, and what that code then does is decided as ever
 */
#include "bypass.h"

#ifdef __x86_64__
static const unsigned char code[] = {0xb8, 0x2a, 0, 0, 0, 0xc3}; /* mov eax, 42; ret */
#else
static const unsigned char code[] = {0x40, 0x05, 0x80, 0x52, 0xc0, 0x03, 0x5f, 0xd6}; /* mov w0, 42; ret */
#endif

static void run(void *there) {
  __builtin___clear_cache((char *)there, (char *)there + sizeof code);
  if (((int (*)(void))there)() != 42) broken("the code");
  leave_mark();
  succeeded();
}

int main(void) {
  void *there = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (there == MAP_FAILED) refused(errno);
  memcpy(there, code, sizeof code);
  run(there);
}
