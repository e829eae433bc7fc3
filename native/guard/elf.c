/* elf.c: see elf.h. The loader publishes its list of objects for debuggers; a dynamic section tells the rest. */
#include "elf.h"

#include <link.h>
#include <string.h>

#define PAGE 4096u
#define HIDDEN_VERSION 0x8000u

static uint32_t gnu_hash(const char *name) {
  uint32_t hash = 5381;
  for (; *name; name++) hash = hash * 33 + (uint8_t)*name;
  return hash;
}

/* The kernel's own object has addresses that the loader did not adjust. */
static uintptr_t adjusted(const struct link_map *map, uintptr_t pointer) {
  return pointer < map->l_addr ? pointer + map->l_addr : pointer;
}

static void read_segments(struct object *object) {
  const Elf64_Ehdr *header = (const Elf64_Ehdr *)object->base;
  if (!object->base || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return; /* a program that is not relocated */
  const Elf64_Phdr *segment = (const Elf64_Phdr *)(object->base + header->e_phoff);
  for (unsigned i = 0; i < header->e_phnum; i++) {
    if (segment[i].p_type != PT_LOAD || !(segment[i].p_flags & PF_X)) continue;
    object->text = (object->base + segment[i].p_vaddr) & ~(uintptr_t)(PAGE - 1);
    object->text_end = (object->base + segment[i].p_vaddr + segment[i].p_memsz + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    return;
  }
}

static void read_dynamic(const struct link_map *map, struct object *object) {
  *object = (struct object){.name = map->l_name ? map->l_name : "", .base = map->l_addr, .dynamic = map->l_ld};
  for (const Elf64_Dyn *entry = map->l_ld; entry && entry->d_tag != DT_NULL; entry++) {
    uintptr_t pointer = adjusted(map, entry->d_un.d_ptr);
    if (entry->d_tag == DT_SYMTAB) object->symbols = (const Elf64_Sym *)pointer;
    if (entry->d_tag == DT_STRTAB) object->strings = (const char *)pointer;
    if (entry->d_tag == DT_VERSYM) object->versions = (const uint16_t *)pointer;
    if (entry->d_tag == DT_GNU_HASH) object->gnu_hash = (const uint32_t *)pointer;
  }
  if (!object->symbols || !object->strings) object->gnu_hash = NULL;
}

bool object_at(unsigned n, struct object *out) {
  const struct link_map *map = _r_debug.r_map;
  while (map && n--) map = map->l_next;
  if (map) read_dynamic(map, out);
  return map != NULL;
}

bool object_named(const char *prefix, struct object *out) {
  for (const struct link_map *map = _r_debug.r_map; map; map = map->l_next) {
    const char *slash = map->l_name ? strrchr(map->l_name, '/') : NULL;
    const char *name = slash ? slash + 1 : map->l_name;
    if (!name || strncmp(name, prefix, strlen(prefix)) != 0) continue;
    read_dynamic(map, out);
    read_segments(out);
    return true;
  }
  return false;
}

static unsigned add(struct symbol *out, unsigned count, unsigned most, struct symbol found, bool is_default) {
  for (unsigned i = 0; i < count; i++)
    if (out[i].address == found.address) return count;
  if (count == most) return count;
  if (is_default) {
    memmove(out + 1, out, count * sizeof *out);
    out[0] = found;
  } else {
    out[count] = found;
  }
  return count + 1;
}

unsigned object_symbols(const struct object *object, const char *name, struct symbol *out, unsigned most) {
  const uint32_t *table = object->gnu_hash;
  if (!table || !table[0]) return 0;
  uint32_t buckets = table[0], first = table[1], words = table[2], shift = table[3], hash = gnu_hash(name);
  const uint64_t *bloom = (const uint64_t *)(table + 4);
  const uint32_t *bucket = (const uint32_t *)(bloom + words), *chain = bucket + buckets;
  uint64_t word = bloom[hash / 64 % words];
  if (!(word >> (hash % 64) & 1) || !(word >> ((hash >> shift) % 64) & 1)) return 0;
  unsigned count = 0;
  uint32_t at = bucket[hash % buckets];
  if (at < first) return 0;
  for (;; at++) {
    uint32_t other = chain[at - first];
    const Elf64_Sym *symbol = &object->symbols[at];
    bool code = ELF64_ST_TYPE(symbol->st_info) == STT_FUNC && symbol->st_shndx != SHN_UNDEF;
    if ((other | 1) == (hash | 1) && code && strcmp(object->strings + symbol->st_name, name) == 0) {
      bool is_default = !object->versions || !(object->versions[at] & HIDDEN_VERSION);
      struct symbol found = {object->base + symbol->st_value, symbol->st_size};
      count = add(out, count, most, found, is_default);
    }
    if (other & 1) return count;
  }
}
