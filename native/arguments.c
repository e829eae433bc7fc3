/* arguments.c: see arguments.h. What lies in the caller's memory can change until the kernel has copied it; so what was judged
 * by is compared with the kernel's copy (exec.c). */
#include "arguments.h"

#include "siphash.h"

static struct arguments of_worker[WORKERS + 1]; /* touched only where a policy asks for it */

static struct arguments *begin(void) {
  struct arguments *arguments = &of_worker[worker_index()];
  command_line_begin(&arguments->line);
  arguments->read = policy_asks_now() & OR_ASKS_ARGUMENTS;
  arguments->judged = false;
  return arguments;
}

struct arguments *arguments_of(struct caller *caller, uint64_t argv) {
  struct arguments *arguments = begin();
  struct command_line *line = &arguments->line;
  for (unsigned i = 0; arguments->read && i <= OR_ARGUMENT_WORDS; i++) {
    uint64_t pointer;
    char *word = line->bytes + line->end;
    if (caller_read(caller, argv + i * sizeof pointer, &pointer, sizeof pointer) != sizeof pointer) break;
    /* Without a first word the program takes what comes behind for it; so did the kernel before 5.18. */
    line->whole = !pointer && i;
    if (!pointer || i == OR_ARGUMENT_WORDS) break;
    long length = caller_string(caller, pointer, word, WORDS_BEFORE + OR_ARGUMENT_BYTES - line->end);
    if (length < 0) break;
    line->end += (size_t)length + 1;
  }
  return arguments;
}

struct arguments *arguments_of_process(int32_t process) {
  struct arguments *arguments = begin();
  if (!arguments->read) return arguments;
  struct command_line *line = &arguments->line;
  long length = proc_read(process, "cmdline", line->bytes + line->start, OR_ARGUMENT_BYTES + 1);
  const char *bytes = line->bytes + line->start;
  while (length > 0 && bytes[length - 1]) length--; /* a word that is not all there, or that the program wrote over */
  if (length > 0) line->end += (size_t)length;
  line->whole = length > 0 && length < (long)OR_ARGUMENT_BYTES;
  return arguments;
}

void arguments_for_interpreter(struct arguments *arguments, const char *interpreter, const char *argument, const char *script) {
  if (arguments->read) command_line_for_interpreter(&arguments->line, interpreter, argument, script);
}

bool arguments_are_of(struct arguments *arguments, int32_t process) {
  struct command_line *line = &arguments->line;
  size_t size = line->end - line->start;
  const uint64_t *secret = self.guard->hash_key;
  uint64_t judged = siphash(secret, 0, line->bytes + line->start, size);
  long length = proc_read(process, "cmdline", line->bytes, sizeof line->bytes);
  if (line->whole ? length != (long)size : length < (long)size) return false;
  return siphash(secret, 0, line->bytes, size) == judged;
}
