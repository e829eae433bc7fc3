/* The first bytes of a file that is to be run. */
#include "../../../native/exec.c"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct place place = {.parent = -1, .target = fuzz_file(data, size), .mode = S_IFREG | 0755};
  char found[256];
  memset(found, 'x', sizeof found);
  fuzz_supervisor();
  long result = interpreter_of(&place, found);
  MUST(result == 1 || result == 0 || result == -ENOEXEC);
  if (result == 1) {
    size_t length = strnlen(found, sizeof found);
    MUST(length && length < sizeof found && !strpbrk(found, " \t\n"));
    MUST(data[0] == '#' && data[1] == '!' && memmem(data, size, found, length));
  }
  return 0;
}
