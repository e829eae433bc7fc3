/* A pattern and a text, with a newline between: no more than (length of text) squared steps, and a text matches itself. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const uint8_t *line = memchr(data, '\n', size);
  if (!line || size > 2048) return 0;
  char *pattern = fuzz_text(data, (size_t)(line - data)), *text = fuzz_text(line + 1, size - (size_t)(line - data) - 1);
  pattern_matches(pattern, text);
  if (!strpbrk(text, "*?\\")) MUST(pattern_matches(text, text));
  MUST(pattern_matches("**", text));
  free(pattern);
  free(text);
  return 0;
}
