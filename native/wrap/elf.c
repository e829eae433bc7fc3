/* elf.c: guard.so may only go into a program that glibc's loader starts, and that glibc must be new enough: any other
 * loader would refuse to start the program at all. Read from the files, a few pages of them; every offset in them is
 * somebody else's and is checked. */
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"
#include "wrap.h"

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#else
#define MACHINE EM_AARCH64
#endif
#define SCRIPTS 4       /* `#!` of a `#!`: as many as the kernel follows */
#define FILE_MAX (256l << 20) /* node is 100 MB; mapped, not read */
#define SEGMENTS 128
#define VERSIONS 512 /* glibc 2.40 defines 45 */

struct file {
  const uint8_t *bytes;
  size_t size;
};

static bool map_file(const char *path, struct file *file) {
  struct stat info;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  bool sound = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0 &&
               info.st_size <= FILE_MAX;
  void *bytes = sound ? mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
  if (fd >= 0) close(fd);
  if (bytes == MAP_FAILED) return false;
  *file = (struct file){bytes, (size_t)info.st_size};
  return true;
}

static void unmap_file(const struct file *file) { munmap((void *)file->bytes, file->size); }

/* NULL: `size` bytes at `offset` are not all in the file. */
static const void *at(const struct file *file, uint64_t offset, uint64_t size) {
  return offset <= file->size && size <= file->size - offset ? file->bytes + offset : NULL;
}

static const Elf64_Phdr *segments(const struct file *file, unsigned *count) {
  const Elf64_Ehdr *head = at(file, 0, sizeof *head);
  if (!head || memcmp(head->e_ident, ELFMAG, SELFMAG) || head->e_ident[EI_CLASS] != ELFCLASS64) return NULL;
  if (head->e_machine != MACHINE || head->e_phentsize != sizeof(Elf64_Phdr) || head->e_phnum > SEGMENTS) return NULL;
  if (head->e_phoff % _Alignof(Elf64_Phdr)) return NULL;
  *count = head->e_phnum;
  return at(file, head->e_phoff, head->e_phnum * sizeof(Elf64_Phdr));
}

static const Elf64_Phdr *segment(const struct file *file, uint32_t type) {
  unsigned count = 0;
  const Elf64_Phdr *found = segments(file, &count);
  for (unsigned i = 0; found && i < count; i++)
    if (found[i].p_type == type) return &found[i];
  return NULL;
}

/* What the loader would have at `address`. */
static const void *loaded(const struct file *file, uint64_t address, uint64_t size) {
  unsigned count = 0;
  const Elf64_Phdr *found = segments(file, &count);
  for (unsigned i = 0; found && i < count; i++)
    if (found[i].p_type == PT_LOAD && address >= found[i].p_vaddr && address - found[i].p_vaddr < found[i].p_filesz)
      return at(file, found[i].p_offset + (address - found[i].p_vaddr), size);
  return NULL;
}

static uint64_t dynamic_value(const struct file *file, int64_t tag) {
  const Elf64_Phdr *dynamic = segment(file, PT_DYNAMIC);
  const Elf64_Dyn *entries = dynamic && dynamic->p_offset % 8 == 0 ? at(file, dynamic->p_offset, dynamic->p_filesz)
                                                                   : NULL;
  for (size_t i = 0; entries && i < dynamic->p_filesz / sizeof *entries && entries[i].d_tag != DT_NULL; i++)
    if (entries[i].d_tag == tag) return entries[i].d_un.d_val;
  return 0;
}

/* Into a copy: where it lies in the file need not be aligned. */
static bool load(const struct file *file, uint64_t address, void *out, size_t size) {
  const void *there = loaded(file, address, size);
  if (there) memcpy(out, there, size);
  return there;
}

static bool same_text(const struct file *file, uint64_t address, const char *text) {
  const char *there = loaded(file, address, strlen(text) + 1);
  return there && memcmp(there, text, strlen(text) + 1) == 0;
}

/* Whether the library defines the version `name`: it then has all that came before, too. */
static bool defines_version(const struct file *file, const char *name) {
  uint64_t place = dynamic_value(file, DT_VERDEF), strings = dynamic_value(file, DT_STRTAB);
  for (unsigned i = 0; place && strings && i < VERSIONS; i++) {
    Elf64_Verdef version;
    Elf64_Verdaux word;
    if (!load(file, place, &version, sizeof version) || !load(file, place + version.vd_aux, &word, sizeof word))
      return false;
    if (same_text(file, strings + word.vda_name, name)) return true;
    if (!version.vd_next) return false;
    place += version.vd_next;
  }
  return false;
}

/* `#!/bin/sh -x`: its first word. */
static bool script_interpreter(const struct file *file, char path[POLICY_PATH_BYTES]) {
  if (!at(file, 0, 3) || memcmp(file->bytes, "#!", 2)) return false;
  size_t start = 2, end;
  while (start < file->size && start < 256 && (file->bytes[start] == ' ' || file->bytes[start] == '\t')) start++;
  for (end = start; end < file->size && end - start < 256 && !strchr(" \t\r\n", file->bytes[end]); end++) continue;
  struct text out = {path, POLICY_PATH_BYTES, 0, false};
  path[0] = 0;
  text_bytes(&out, (const char *)file->bytes + start, end - start);
  return out.length > 0;
}

/* The loader the program asks for; "" when it is static. */
static const char *loader_of(const char *program, char loader[POLICY_PATH_BYTES]) {
  char path[POLICY_PATH_BYTES];
  struct text start = {path, sizeof path, 0, false};
  path[0] = 0;
  text_add(&start, program);
  for (int depth = 0; depth <= SCRIPTS; depth++) {
    struct file file;
    if (!map_file(path, &file)) return "its file cannot be read";
    bool script = script_interpreter(&file, path);
    unsigned count;
    const char *wrong = script || segments(&file, &count) ? NULL : "not a program of this architecture";
    const Elf64_Phdr *asked = wrong || script ? NULL : segment(&file, PT_INTERP);
    const char *name = asked ? at(&file, asked->p_offset, asked->p_filesz) : NULL;
    loader[0] = 0;
    if (name && asked->p_filesz < POLICY_PATH_BYTES) {
      memcpy(loader, name, asked->p_filesz);
      loader[asked->p_filesz] = 0;
    }
    unmap_file(&file);
    if (!script) return wrong;
  }
  return "too many scripts, one run by the other";
}

/* glibc's libc.so.6 lies beside its loader, or where the distributions of Lambda have it. */
static bool glibc_is_new_enough(const char *loader) {
  char real[PATH_MAX];
  TEXT(beside, PATH_MAX + 16);
  if (realpath(loader, real)) {
    text_bytes(&beside, real, (size_t)(strrchr(real, '/') - real));
    text_add(&beside, "/libc.so.6");
  }
  const char *const places[] = {beside.buffer, "/lib64/libc.so.6", "/usr/lib64/libc.so.6"};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    struct file file;
    if (!*places[i] || !map_file(places[i], &file)) continue;
    bool enough = defines_version(&file, "GLIBC_2." GLIBC_MINOR);
    unmap_file(&file);
    return enough;
  }
  return false;
}

const char *loader_trouble(const char *program) {
  char loader[POLICY_PATH_BYTES];
  const char *wrong = loader_of(program, loader);
  if (wrong) return wrong;
  if (!*loader) return "a static program: nothing can be loaded into it";
  const char *name = strrchr(loader, '/');
  if (strncmp(name ? name + 1 : loader, "ld-linux", 8) != 0) return "its C library is not glibc";
  return glibc_is_new_enough(loader) ? NULL : "its glibc is older than 2." GLIBC_MINOR ", or not where it should be";
}
