/* trick: a file is mapped executable, as dlopen does
 * act: inject
 * attack: T1574.006
 * expect: outside
 * why: a library is code that an allowed program loads as data: running programs is decided, loading is not
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
  int fd = (int)must(open("allowed/code", O_CREAT | O_RDWR, 0644), "code");
  must(write(fd, code, sizeof code), "code");
  void *there = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
  if (there == MAP_FAILED) refused(errno);
  run(there);
}
