/* environment.c: see environment.h. Programs write over the memory their environment came in (for a title in ps), so
 * what is ours in it is copied at the start. */
#include "environment.h"

#include <sys/mman.h>

#define CARRIED 16u
#define STORE_BYTES 16384u /* OUTRIDER_POLICY is at most 2 KiB, LD_PRELOAD and the others short; Lambda allows 4 KiB in all */
#define PRELOAD "LD_PRELOAD="
#define PREFIX "OUTRIDER_"
#define FIRST "OUTRIDER_FIRST="

static char store[STORE_BYTES];
static char *carried[CARRIED]; /* "OUTRIDER_X=..." */
static unsigned carried_count;
static const char *object; /* our own path, as LD_PRELOAD names it */
static size_t object_length;
static const char *preloaded; /* LD_PRELOAD of the start */
static struct text room = {store, sizeof store, 0, false};

static bool begins(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }

static char *keep(const char *text) {
  char *at = store + room.length;
  text_bytes(&room, text, strlen(text) + 1);
  return room.cut ? NULL : at;
}

void environment_carry(const char *entry) {
  char *kept = carried_count < CARRIED ? keep(entry) : NULL;
  if (kept) carried[carried_count++] = kept;
}

void environment_start(char **environment, const char *own_path) {
  bool first = true;
  for (char **entry = environment; *entry; entry++) {
    if (begins(*entry, PREFIX)) environment_carry(*entry);
    if (begins(*entry, FIRST)) first = false;
    if (begins(*entry, PRELOAD) && !preloaded) preloaded = keep(*entry + strlen(PRELOAD));
  }
  object = keep(own_path);
  object_length = object ? strlen(object) : 0;
  if (!first) return;
  TEXT(word, 32);
  text_add(&word, FIRST);
  text_number(&word, (uint64_t)self.first_pid);
  environment_carry(word.buffer);
}

const char *guard_setting(const char *name) {
  size_t length = strlen(name);
  for (unsigned i = 0; i < carried_count; i++)
    if (strncmp(carried[i], name, length) == 0 && carried[i][length] == '=') return carried[i] + length + 1;
  for (char **entry = self.environment; entry && *entry; entry++)
    if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=') return *entry + length + 1;
  return NULL;
}

/* Whether a list, as of LD_PRELOAD, has this name in it. */
static bool has(const char *list, const char *name, size_t size) {
  for (const char *at = list; *at;) {
    size_t length = strcspn(at, ": ");
    if (length == size && memcmp(at, name, length) == 0) return true;
    at += length;
    at += strspn(at, ": ");
  }
  return false;
}

bool environment_is_usual(const char *name, size_t length) { return preloaded && has(preloaded, name, length); }

static bool is_carried(const char *entry) {
  for (unsigned i = 0; i < carried_count; i++)
    if (strcmp(carried[i], entry) == 0) return true;
  return false;
}

/* Everything of ours is there once, and nothing under our name that is not ours. */
static bool will_do(char *const *envp, size_t *count, const char **preload) {
  unsigned ours = 0;
  bool foreign = false;
  *preload = NULL;
  for (*count = 0; envp && envp[*count]; (*count)++) {
    const char *entry = envp[*count];
    if (entry[0] == 'O' && begins(entry, PREFIX)) {
      if (is_carried(entry)) ours++;
      else foreign = true;
    } else if (entry[0] == 'L' && begins(entry, PRELOAD)) {
      if (*preload) foreign = true; /* the loader takes the first, getenv too: say it once */
      else *preload = entry + strlen(PRELOAD);
    }
  }
  return !foreign && ours == carried_count && *preload && has(*preload, object, object_length);
}

static void write_preload(struct text *out, const char *before, bool guarded) {
  text_add(out, PRELOAD);
  if (guarded) text_bytes(out, object, object_length);
  for (const char *at = before ? before : ""; *at;) {
    size_t length = strcspn(at, ": ");
    bool us = length == object_length && memcmp(at, object, length) == 0;
    if (length && !us) {
      if (out->length > strlen(PRELOAD)) text_add(out, ":");
      text_bytes(out, at, length);
    }
    at += length;
    at += strspn(at, ": ");
  }
}

static long make_room(struct environment *out, size_t count, size_t preload_size, char ***entries, struct text *text) {
  size_t pointers = (count + carried_count + 2) * sizeof(char *);
  *entries = out->fresh;
  *text = (struct text){out->preload, sizeof out->preload, 0, false};
  if (pointers <= sizeof out->fresh && preload_size <= sizeof out->preload) return 0;
  out->mapped_size = pointers + preload_size;
  long memory = sys(__NR_mmap, NULL, out->mapped_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if ((unsigned long)memory > -4096ul) return -ENOMEM;
  out->mapped = (void *)memory;
  *entries = out->mapped;
  *text = (struct text){(char *)out->mapped + pointers, preload_size, 0, false};
  return 0;
}

long environment_for(char *const *envp, bool guarded, struct environment *out) {
  size_t count, at = 0;
  const char *preload;
  char **entries;
  struct text text;
  out->entries = envp;
  out->mapped = NULL;
  if (will_do(envp, &count, &preload) == guarded || !object_length) return 0;
  size_t preload_size = strlen(PRELOAD) + object_length + (preload ? strlen(preload) : 0) + 2;
  long error = make_room(out, count, preload_size, &entries, &text);
  if (error) return error;
  for (size_t i = 0; i < count; i++)
    if (!begins(envp[i], PREFIX) && !begins(envp[i], PRELOAD)) entries[at++] = envp[i];
  for (unsigned i = 0; i < carried_count; i++) entries[at++] = carried[i];
  write_preload(&text, preload, guarded);
  if (text.length > strlen(PRELOAD)) entries[at++] = text.buffer;
  entries[at] = NULL;
  out->entries = entries;
  return 0;
}

void environment_done(struct environment *environment) {
  if (environment->mapped) sys(__NR_munmap, environment->mapped, environment->mapped_size);
}
