/* Tries to undo the guard's hooks in memory; each line says what came of it. The entry of libc's execve begins as it was
 * changed, whatever was tried. */
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static void say(const char *what, long result) { printf("%s %s\n", what, result < 0 ? strerror(errno) : "done"); }

int main(void) {
  void *libc = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
  uint8_t *entry = dlsym(libc, "execve"), before[8];
  void *page = (void *)((uintptr_t)entry & ~4095ul);
  memcpy(before, entry, 8);
  say("mprotect", mprotect(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC));
  say("mprotect from below", mprotect((char *)page - 4096, 8192, PROT_READ | PROT_WRITE | PROT_EXEC));
  say("pkey_mprotect", syscall(SYS_pkey_mprotect, page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, -1));
  say("syscall mprotect", syscall(SYS_mprotect, page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC));
  say("madvise", madvise(page, 4096, MADV_DONTNEED));
  say("mmap", (long)mmap(page, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
  say("munmap", munmap(page, 4096));
  say("mremap", (long)mremap(page, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)0x700000000000));
  void *fresh = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  say("mremap over", (long)mremap(fresh, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, page));
  say("dlclose", -(dlclose(libc) != 0));
  printf("entry %s\n", memcmp(before, entry, 8) ? "changed" : "kept");
  return 0;
}
