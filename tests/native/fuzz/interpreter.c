/* The first bytes of a file that is to be run. */
#include "../../../native/interpreter.c"
#include "../../../native/script.c"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct place place = {.parent = -1, .target = fuzz_file(data, size), .mode = S_IFREG | 0755};
  char head[SCRIPT_HEAD];
  const char *name = NULL, *argument = NULL;
  memset(head, 'x', sizeof head);
  fuzz_supervisor();
  long result = interpreter_of(&place, head, &name, &argument);
  MUST(result == 1 || result == 0 || result == -ENOEXEC);
  if (result == 1) {
    size_t room = (size_t)(head + sizeof head - name), length = strnlen(name, room);
    MUST(length && length < room && !strpbrk(name, " \t\n"));
    MUST(data[0] == '#' && data[1] == '!' && memmem(data, size, name, length));
    if (argument) MUST(memmem(data, size, argument, strnlen(argument, (size_t)(head + sizeof head - argument)))); /* empty: as the kernel */
  }
  return 0;
}
