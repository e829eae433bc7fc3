/* patch.c: the entries of libc's functions in memory are overwritten with jumps to the hooks, so that libc's own callers,
 * dlsym() and whoever else knows their address meet them too. Done once, before the program has a second thread. */
#include <sys/mman.h>

#include "code.h"
#include "container.h"
#include "elf.h"
#include "hooks.h"
#include "inside.h"

#define SYMBOLS_MAX 4u /* addresses one name may have: its versions, libc's and libpthread's */
#define LIBRARIES 2u
#define MOVED_BYTES 64u /* room for one function's first instructions and a jump */
#define MOVED_MAX 64u

enum way { BY_JUMP, BY_MOVING, BY_JUMP_INSIDE };
struct row {
  const char *symbol;
  enum way way;
  uintptr_t hook;
  void **original;
  uintptr_t *slot;
};

#define DECLARE(symbol, hook) extern char hook[]; extern uintptr_t slot_##symbol __attribute__((visibility("hidden")));
#define DECLARE_INSIDE(symbol, hook) extern char hook[];
#define DEFINE_ORIGINAL(symbol, hook) DECLARE(symbol, hook) void *original_##symbol;
HOOKS(DECLARE, DEFINE_ORIGINAL, DECLARE_INSIDE)
#define JUMP_ROW(symbol, hook) {#symbol, BY_JUMP, (uintptr_t)hook, NULL, &slot_##symbol},
#define MOVE_ROW(symbol, hook) {#symbol, BY_MOVING, (uintptr_t)hook, &original_##symbol, &slot_##symbol},
#define INSIDE_ROW(symbol, hook) {#symbol, BY_JUMP_INSIDE, (uintptr_t)hook, NULL, NULL},
static const struct row rows[] = {HOOKS(JUMP_ROW, MOVE_ROW, INSIDE_ROW)};
#define ROWS (sizeof rows / sizeof *rows)

#define DECLARE_CONTAINER(symbol, number) extern char hook_in_container_##symbol[];
CONTAINER_HOOKS(DECLARE_CONTAINER)
CONTAINER_OTHERS(DECLARE_CONTAINER)
#define CONTAINER_ROW(symbol, number) INSIDE_ROW(symbol, hook_in_container_##symbol)
static const struct row container_rows[] = {CONTAINER_HOOKS(CONTAINER_ROW) CONTAINER_OTHERS(CONTAINER_ROW)};
#define CONTAINER_ROWS (sizeof container_rows / sizeof *container_rows)

extern uint8_t moved_code[] __attribute__((visibility("hidden")));
static unsigned moved_count;

/* memcpy may lie in a page that is being changed. */
static void copy(uintptr_t to, const void *from, size_t size) {
  volatile uint8_t *out = (volatile uint8_t *)to;
  for (size_t i = 0; i < size; i++) out[i] = ((const uint8_t *)from)[i];
  __builtin___clear_cache((char *)to, (char *)to + size);
}

static bool change_protection(uintptr_t start, uintptr_t end, int protection) {
  return sys(__NR_mprotect, start, end - start, protection) == 0;
}

static bool overwrite(uintptr_t at, uintptr_t to, size_t room) {
  uint8_t jump[JUMP_MAX];
  size_t size = code_jump(at, to, jump, room);
  if (!size) return false;
  copy(at, jump, size);
  protect(at, at + size);
  return memcmp((const void *)at, jump, size) == 0;
}

/* Copies the first instructions elsewhere, followed by a jump to the rest. The address of the copy, or 0. */
static uintptr_t move_entry(uintptr_t entry) {
  uint8_t jump[JUMP_MAX];
  size_t need = code_jump(entry, (uintptr_t)moved_code, jump, JUMP_MAX);
  size_t length = code_movable((const uint8_t *)entry, need);
  uintptr_t place = (uintptr_t)moved_code + moved_count * MOVED_BYTES;
  if (!length || length + JUMP_MAX > MOVED_BYTES || moved_count == MOVED_MAX) return 0;
  size_t size = code_jump(place + length, entry + length, jump, JUMP_MAX);
  copy(place, (const void *)entry, length);
  copy(place + length, jump, size);
  moved_count++;
  return place;
}

static uintptr_t done[(ROWS + CONTAINER_ROWS) * 2]; /* entries that are overwritten: many functions have several names */
static unsigned done_count;

static bool is_done(uintptr_t entry) {
  for (unsigned i = 0; i < done_count; i++)
    if (done[i] == entry) return true;
  return false;
}

static bool patch_entry(const struct row *row, const struct symbol *symbol) {
  size_t pad = code_pad((const uint8_t *)symbol->address);
  uintptr_t entry = symbol->address + pad;
  size_t room = symbol->size > pad ? symbol->size - pad : 0;
  if (is_done(entry)) return true;
  if (done_count == sizeof done / sizeof *done) return false;
  if (row->way == BY_MOVING && *row->original == (void *)symbol->address) {
    uintptr_t moved = room >= JUMP_MAX ? move_entry(entry) : 0;
    if (!moved) return false;
    *row->original = (void *)moved;
  }
  if (!overwrite(entry, row->hook, room)) return false;
  done[done_count++] = entry;
  return true;
}

static void name_one(struct text *features, const char *what, const char *symbol) {
  text_add(features, what);
  text_add(features, symbol);
  text_add(features, " ");
}

/* Another preloaded object's function of that name, which would have been met in our place: it leads to libc's in the
 * end, and there we are. */
static void chain(const struct row *row, const struct object *libraries) {
  struct object object;
  struct symbol symbol;
  bool behind_us = false;
  for (unsigned n = 0; row->slot && object_at(n, &object); n++) {
    if (object.dynamic == own_dynamic()) behind_us = true;
    else if (behind_us && object.dynamic == libraries[0].dynamic) return;
    else if (behind_us && object.dynamic != libraries[1].dynamic && object_symbols(&object, row->symbol, &symbol, 1)) {
      *row->slot = symbol.address;
      return;
    }
  }
}

/* libpthread of glibc before 2.34 has copies of its own of some. */
static void patch_row(const struct row *row, const struct object *libraries, bool writable, struct text *features) {
  bool all = true, any = false;
  for (unsigned i = 0; i < LIBRARIES; i++) {
    struct symbol found[SYMBOLS_MAX];
    unsigned count = object_symbols(&libraries[i], row->symbol, found, SYMBOLS_MAX);
    for (unsigned n = 0; n < count; n++) {
      bool in_text = found[n].address >= libraries[i].text && found[n].address < libraries[i].text_end;
      if (row->original && !*row->original) *row->original = (void *)found[n].address;
      any = true;
      all &= writable && in_text && patch_entry(row, &found[n]);
    }
  }
  if (any && all) chain(row, libraries);
  if (any && !all) name_one(features, "unpatched:", row->symbol);
}

/* The loader maps libraries by a system call of its own. */
uintptr_t loader_return;
static void patch_loader(struct text *features) {
  extern char loader_mmap[];
  struct object loader;
  size_t length = 0;
  uintptr_t at = object_named("ld-", &loader) ? code_find_mmap(loader.text, loader.text_end, &length) : 0;
  bool open = at && change_protection(loader.text, loader.text_end, PROT_READ | PROT_WRITE | PROT_EXEC);
  loader_return = at + length;
  bool patched = open && overwrite(at, (uintptr_t)loader_mmap, length);
  if (open) change_protection(loader.text, loader.text_end, PROT_READ | PROT_EXEC);
  name_one(features, patched ? "patched:" : "unpatched:", "ld.so-mmap");
}

static bool open_all(const struct object *libraries, int protection) {
  bool ok = change_protection((uintptr_t)moved_code, (uintptr_t)moved_code + MOVED_BYTES * MOVED_MAX, protection);
  for (unsigned i = 0; i < LIBRARIES; i++)
    if (libraries[i].text) ok &= change_protection(libraries[i].text, libraries[i].text_end, protection);
  return ok;
}

void patch_start(struct text *features) {
  struct object libraries[LIBRARIES] = {0};
  object_named("libc.so.6", &libraries[0]);
  object_named("libpthread.so.0", &libraries[1]);
  bool writable = open_all(libraries, PROT_READ | PROT_WRITE | PROT_EXEC);
  for (size_t i = 0; i < ROWS; i++) patch_row(&rows[i], libraries, writable, features);
  for (size_t i = 0; self.in_container && i < CONTAINER_ROWS; i++) patch_row(&container_rows[i], libraries, writable, features);
  open_all(libraries, PROT_READ | PROT_EXEC);
  for (unsigned i = 0; i < LIBRARIES; i++)
    if (libraries[i].text) protect_file(libraries[i].name);
  text_add(features, "patched=");
  text_number(features, done_count);
  text_add(features, " ");
  patch_loader(features);
}
