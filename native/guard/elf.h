/* elf.h: the objects loaded into this process and their symbols, without the loader's own functions: dlsym is among
 * the hooked ones and takes locks. */
#ifndef OUTRIDER_GUARD_ELF_H
#define OUTRIDER_GUARD_ELF_H
#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct object {
  const char *name; /* as the loader knows it: a path, or "" for the program */
  uintptr_t base;   /* difference between addresses in memory and in the file */
  uintptr_t text, text_end; /* of its executable segment, whole pages; 0: not known */
  const void *dynamic;
  const Elf64_Sym *symbols;
  const char *strings;
  const uint16_t *versions; /* NULL: without */
  const uint32_t *gnu_hash; /* NULL: nothing is looked up in it */
};

struct symbol {
  uintptr_t address;
  size_t size;
};

/* The n-th loaded object in the loader's order; false when there are fewer. */
bool object_at(unsigned n, struct object *out);
/* The first whose file name (without directory) begins with `prefix`. */
bool object_named(const char *prefix, struct object *out);
/* Every distinct address `name` is defined at in `object`, whatever its version, the default version first; how many
 * were put into `out`. */
unsigned object_symbols(const struct object *object, const char *name, struct symbol *out, unsigned most);

#endif
