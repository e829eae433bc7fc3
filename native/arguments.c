/* arguments.c: see arguments.h. What lies in the caller's memory can change until the kernel has copied it; so what was judged
 * by is compared with the kernel's copy (exec.c). */
#include "arguments.h"

#include "siphash.h"

static struct arguments of_worker[WORKERS + 1]; /* touched only where a policy asks for it */

static struct arguments *begin(void) {
  struct arguments *arguments = &of_worker[worker_index()];
  arguments->start = arguments->end = ARGUMENTS_BEFORE;
  arguments->read = policy_asks_now() & OR_ASKS_ARGUMENTS;
  arguments->whole = arguments->judged = false;
  return arguments;
}

struct arguments *arguments_of(struct caller *caller, uint64_t argv) {
  struct arguments *arguments = begin();
  for (unsigned i = 0; arguments->read && i <= OR_ARGUMENT_WORDS; i++) {
    uint64_t pointer;
    char *word = arguments->bytes + arguments->end;
    if (caller_read(caller, argv + i * sizeof pointer, &pointer, sizeof pointer) != sizeof pointer) break;
    /* Without a first word the program takes what comes behind for it; so did the kernel before 5.18. */
    arguments->whole = !pointer && i;
    if (!pointer || i == OR_ARGUMENT_WORDS) break;
    long length = caller_string(caller, pointer, word, ARGUMENTS_BEFORE + OR_ARGUMENT_BYTES - arguments->end);
    if (length < 0) break;
    arguments->end += (size_t)length + 1;
  }
  return arguments;
}

struct arguments *arguments_of_process(int32_t process) {
  struct arguments *arguments = begin();
  if (!arguments->read) return arguments;
  long length = proc_read(process, "cmdline", arguments->bytes + arguments->start, OR_ARGUMENT_BYTES + 1);
  const char *bytes = arguments->bytes + arguments->start;
  while (length > 0 && bytes[length - 1]) length--; /* a word that is not all there, or that the program wrote over */
  if (length > 0) arguments->end += (size_t)length;
  arguments->whole = length > 0 && length < (long)OR_ARGUMENT_BYTES;
  return arguments;
}

static void put_before(struct arguments *arguments, const char *word) {
  size_t size = strlen(word) + 1;
  arguments->start -= size;
  memcpy(arguments->bytes + arguments->start, word, size);
}

static void drop_first(struct arguments *arguments) {
  if (arguments->start < arguments->end) arguments->start += strlen(arguments->bytes + arguments->start) + 1;
}

void arguments_for_interpreter(struct arguments *arguments, const char *interpreter, const char *argument, const char *script) {
  if (!arguments->read) return;
  drop_first(arguments);
  put_before(arguments, script);
  if (argument) put_before(arguments, argument);
  put_before(arguments, interpreter);
}

void arguments_into(const struct arguments *arguments, struct act *act) {
  size_t first = arguments->start < arguments->end ? strlen(arguments->bytes + arguments->start) + 1 : 0;
  act->arguments = arguments->bytes + arguments->start + first;
  act->arguments_size = (uint32_t)(arguments->end - arguments->start - first);
  act->arguments_whole = arguments->whole;
}

bool arguments_are_of(struct arguments *arguments, int32_t process) {
  size_t size = arguments->end - arguments->start;
  const uint64_t *secret = self.guard->hash_key;
  uint64_t judged = siphash(secret, 0, arguments->bytes + arguments->start, size);
  long length = proc_read(process, "cmdline", arguments->bytes, sizeof arguments->bytes);
  if (arguments->whole ? length != (long)size : length < (long)size) return false;
  return siphash(secret, 0, arguments->bytes, size) == judged;
}
