#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"
#include "wrap.h"

bool environment_copy(struct environment *environment, char **given) {
  size_t count = 0;
  while (given[count]) count++;
  environment->entries = calloc(count + ADDED + 1, sizeof *given);
  environment->count = count;
  if (!environment->entries) return false;
  memcpy(environment->entries, given, count * sizeof *given);
  return true;
}

static char **entry_of(const struct environment *environment, const char *name) {
  size_t length = strlen(name);
  char **e = environment->entries;
  while (*e && !(strncmp(*e, name, length) == 0 && (*e)[length] == '=')) e++;
  return e;
}

bool environment_set(struct environment *environment, const char *name, const char *value) {
  static size_t added;
  char **entry = entry_of(environment, name);
  char *text = joined(name, "=", value);
  if (!text || (!*entry && added == ADDED)) return false;
  if (!*entry) {
    added++;
    environment->count++;
  }
  *entry = text;
  return true;
}

void environment_remove(struct environment *environment, const char *name) {
  char **entry = entry_of(environment, name);
  if (!*entry) return;
  environment->count--;
  for (; *entry; entry++) *entry = entry[1];
}

char *joined(const char *first, const char *between, const char *second) {
  size_t a = strlen(first), b = strlen(between), c = strlen(second);
  char *text = malloc(a + b + c + 1);
  if (!text) return NULL;
  memcpy(text, first, a);
  memcpy(text + a, between, b);
  memcpy(text + a + b, second, c + 1);
  return text;
}

bool has_word(const char *list, const char *separators, const char *word) {
  size_t length = strlen(word);
  for (;;) {
    list += strspn(list, separators);
    size_t here = strcspn(list, separators);
    if (here == 0) return false;
    if (here == length && memcmp(list, word, length) == 0) return true;
    list += here;
  }
}

static bool executable(const char *path) {
  struct stat info;
  return access(path, X_OK) == 0 && stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

bool find_program(const char *name, char **environment, char found[POLICY_PATH_BYTES]) {
  struct text path = {found, POLICY_PATH_BYTES, 0, false};
  found[0] = 0;
  if (strchr(name, '/')) {
    text_add(&path, name);
    return !path.cut && executable(found);
  }
  const char *list = environment_value(environment, "PATH");
  if (!list) list = "/usr/local/bin:/usr/bin:/bin:/opt/bin"; /* Lambda's, in part */
  for (const char *here = list; *name; here++) {
    size_t length = strcspn(here, ":");
    path.length = 0;
    path.cut = false;
    text_bytes(&path, length ? here : ".", length ? length : 1);
    text_add(&path, "/");
    text_add(&path, name);
    if (!path.cut && executable(found)) return true;
    here += length;
    if (!*here) break;
  }
  return false;
}
