#include "traits.h"

#include <string.h>

static void add_word(struct text *out, const char *word) {
  if (out->length) text_add(out, " ");
  text_add(out, word);
}

/* What the first three descriptors are of whoever is about to run a program: those of the program. */
static void add_standard(struct caller *caller, struct text *out) {
  static const char *const sockets[] = {"stdin:socket", "stdout:socket", "stderr:socket"};
  static const char *const names[] = {"fd/0", "fd/1", "fd/2"};
  for (unsigned i = 0; i < 3; i++) {
    char target[64];
    struct text_path link = proc_path(caller->tid, names[i]);
    long length = sys(__NR_readlinkat, AT_FDCWD, link.bytes, target, sizeof target - 1);
    if (length <= 0) continue;
    target[length] = 0;
    if (strncmp(target, "socket:", 7) == 0) add_word(out, sockets[i]);
    else if (i == 0 && (strncmp(target, "/dev/pts/", 9) == 0 || strcmp(target, "/dev/tty") == 0)) add_word(out, "stdin:terminal");
  }
}

void traits_of(struct caller *caller, const struct act *act, struct text *out) {
  if (act->kind == OR_EXEC) add_standard(caller, out);
}
